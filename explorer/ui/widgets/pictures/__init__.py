"""Pictures, rows and grids of them, a canvas. Know arrays; import Qt and numpy."""
