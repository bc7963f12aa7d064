"""Bringing a sheet in: upload, columns, every row before it counts, import, undo."""
