"""Texts that people wrote, made fit for one line of a mail."""

import unicodedata

# A joined emoji and some scripts need these two; every other format character may turn text around or hide in it.
_JOINERS = "\u200c\u200d"
_BREAKS = frozenset({"Cc", "Zl", "Zp"})


def one_line(text: str, most: int = 200) -> str:
    """``text`` on one line of at most ``most`` characters: no breaks, no controls, nothing that turns it around."""
    line = " ".join((text if text.isprintable() else _tamed(text)).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _tamed(text: str) -> str:
    kept = []
    for sign in text:
        category = unicodedata.category(sign)
        if category in _BREAKS:
            kept.append(" ")
        elif category not in {"Cf", "Cs", "Co"} or sign in _JOINERS:
            kept.append(sign)
    return "".join(kept)
