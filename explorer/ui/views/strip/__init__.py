"""The dock of the pictures between two ends."""
