"""Latent space as plain geometry: embeddings, projections, paths, neighbours. numpy only, no torch."""
