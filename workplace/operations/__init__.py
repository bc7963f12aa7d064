"""Writes that belong to no other app: views, choices, undo."""
