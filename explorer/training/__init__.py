"""Training: one loop for every family, as an iterable of events. Knows no disk, no thread, no window."""
