"""The window: the only layer, with `tour` and `bench`, that knows Qt."""
