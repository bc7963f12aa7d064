"""The words of a check."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Verdict(StrEnum):
    """What a check comes to; only WRONG makes the doctor fail."""

    FINE = "ok"
    NOTE = "note"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do if it is wrong."""

    about: str
    verdict: Verdict
    words: str


def fine(about: str, words: str) -> Finding:
    """It works as it should."""
    return Finding(about, Verdict.FINE, words)


def note(about: str, words: str) -> Finding:
    """Nothing is wrong, but somebody should know."""
    return Finding(about, Verdict.NOTE, words)


def wrong(about: str, words: str) -> Finding:
    """It does not work; ``words`` say why and what to do."""
    return Finding(about, Verdict.WRONG, words)


def place(url: str) -> str:
    """``url`` without user, password and query: ``redis://host:6379/0``."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def first_line(error: BaseException) -> str:
    """What an error says, in one line; its kind if it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__
