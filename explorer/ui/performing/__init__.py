"""Does a lesson's gestures on the real window."""
