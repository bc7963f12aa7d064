"""What a sheet adds to the notes of a post: its notes, and the cells of columns that have no place of their own."""

from dataclasses import dataclass, field

from campaigns.importers.cells import clean_text


@dataclass(slots=True)
class NoteParts:
    """Texts of notes cells, and for each header the texts under it, over all rows of a post."""

    texts: list[str] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)

    def take(self, text: str, extras: dict[str, str]) -> None:
        """Add what one row says; what was said before is not said twice."""
        if text and text not in self.texts:
            self.texts.append(text)
        for header, value in extras.items():
            said = self.lines.setdefault(header, [])
            if value not in said:
                said.append(value)

    def added_to(self, stored: str) -> str:
        """The notes with all of it, or "" if they say it already.

        Nothing that people wrote is lost: texts are appended, and a line ``Header: value`` takes the place of the line
        that an earlier import wrote for the same header.
        """
        notes = before = clean_text(stored)
        for text in self.texts:
            if not _holds(notes, text):
                notes = f"{notes}\n{text}" if notes else text
        said_again = {line for text in self.texts for line in text.split("\n")}
        for header, values in self.lines.items():
            line = f"{header}: {'; '.join(values)}"
            if not _holds(notes, line):
                notes = _with_line(notes, header, line, said_again)
        return "" if notes == before else notes


def _holds(notes: str, text: str) -> bool:
    return f"\n{text}\n" in f"\n{notes}\n"


def _with_line(notes: str, header: str, line: str, kept: set[str]) -> str:
    lines = notes.split("\n") if notes else []
    for index, old in enumerate(lines):
        if old.startswith(f"{header}: ") and old not in kept:
            lines[index] = line
            return "\n".join(lines)
    return "\n".join([*lines, line])
