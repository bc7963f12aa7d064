"""What is planned to run, and the imports that brought it."""

from campaigns.models.flights import Campaign, Flight
from campaigns.models.imports import ColumnMeaning, ImportedRow, ImportPiece, ImportRow, ImportRun, OwnerName

__all__ = [
    "Campaign",
    "ColumnMeaning",
    "Flight",
    "ImportPiece",
    "ImportRow",
    "ImportRun",
    "ImportedRow",
    "OwnerName",
]
