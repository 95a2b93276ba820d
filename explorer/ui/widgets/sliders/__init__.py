"""Sliders with their strips, number fields. Know arrays; import Qt and numpy."""
