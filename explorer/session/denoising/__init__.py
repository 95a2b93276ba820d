"""Walks from noise to pictures, as the window sees them. No Qt."""
