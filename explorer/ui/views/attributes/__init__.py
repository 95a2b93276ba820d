"""The dock of attribute sliders."""
