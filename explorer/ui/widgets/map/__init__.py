"""The map: points, gestures, overlays, legend. Know arrays; import Qt and numpy."""
