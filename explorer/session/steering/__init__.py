"""What moves the cursor: sliders, attributes, interpolation, an own drawing. No Qt."""
