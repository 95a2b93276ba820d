"""The dock with one slider per latent dimension."""
