"""The dock of reconstructions and samples of several models."""
