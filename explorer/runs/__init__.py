"""Runs on disk: one directory each, one format for what ships and what the user trains."""
