"""The dock of the training under way: knobs, curves, pictures."""
