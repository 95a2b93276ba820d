"""The dock of the decoded picture."""
