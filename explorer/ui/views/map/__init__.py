"""A map, its projection and its cards."""
