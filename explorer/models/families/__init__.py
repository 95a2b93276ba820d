"""One file a family of generative models, and nothing else; each is independent of the others."""
