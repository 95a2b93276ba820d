"""Widgets that know arrays and numbers: no session, no torch."""
