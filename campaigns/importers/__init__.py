"""Trackers of a team → creators, posts, codes, rights and flights.

Read → clean → match → plan → apply: a preview is the same without the last step. ``import_tracker`` is the way in.
"""

from campaigns.importers.columns import ColumnRefused, Field, asked_columns
from campaigns.importers.reading import ReadOptions
from campaigns.importers.run import ImportOutcome, import_tracker

__all__ = ["ColumnRefused", "Field", "ImportOutcome", "ReadOptions", "asked_columns", "import_tracker"]
