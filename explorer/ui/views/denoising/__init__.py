"""The dock of walks from noise to pictures."""
