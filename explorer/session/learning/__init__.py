"""The model in training: its data, its job, what is shown of it. No Qt."""
