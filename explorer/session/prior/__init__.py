"""Pictures of codes drawn from a prior: grids, samples, the search for a picture's code. No Qt."""
