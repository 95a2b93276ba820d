"""The dock of all models on disk."""
