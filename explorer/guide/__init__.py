"""Lessons as data: what to do, where, and what must then hold. Shown to people and run by the tour; no Qt."""
