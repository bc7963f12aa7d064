"""Cells that no spreadsheet takes for a formula (QUALITY.md §2, "Sheets out")."""

from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "'", "\t", "\r", "\n")


def escape_formula(text: str) -> str:
    """``text`` with one ``'`` before it if it begins with ``= + - @ '``, a tab or a line break."""
    return "'" + text if text.startswith(_STARTS) else text


def unescape_formula(text: str) -> str:
    """The inverse of ``escape_formula``: exactly one ``'`` is removed, and only before such a character."""
    return text[1:] if text[:1] == "'" and text.startswith(_STARTS, 1) else text
