"""The dock that takes a person through the lessons."""
