"""The dock for a drawing or picture of one's own."""
