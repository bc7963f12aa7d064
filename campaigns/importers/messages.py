"""What an import says about the cells of a sheet: errors, skipped rows and warnings, each beside its cell."""

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """What can be the matter with a cell or a row."""

    # Errors: the row changes nothing.
    BAD_URL = "bad_url"
    BAD_DATE = "bad_date"
    AMBIGUOUS_DATE = "ambiguous_date"
    BAD_WINDOW = "bad_window"
    END_BEFORE_START = "end_before_start"
    HANDLE_MISMATCH = "handle_mismatch"
    DUPLICATE_CODE = "duplicate_code"
    MISSING_POST = "missing_post"
    MISSING_HANDLE = "missing_handle"
    MASKED_CODE = "masked_code"
    CONFLICT = "conflict"
    # The row is not for us.
    OTHER_PLATFORM = "other_platform"
    # Warnings: the row counts, and somebody should look.
    SHORT_LINK = "short_link"
    ODD_CODE = "odd_code"
    CODE_BEFORE_POST = "code_before_post"
    EXPIRY_CONFLICT = "expiry_conflict"
    UNKNOWN_OWNER = "unknown_owner"
    DUPLICATE_ROW = "duplicate_row"
    REVOKED_DATE_UNKNOWN = "revoked_date_unknown"
    FORMER_HANDLE = "former_handle"
    RIGHT_SHORTENED = "right_shortened"  # the sheet ends rights earlier than the file does
    CONFLICT_KEPT = "conflict_kept"  # a person decided for the file: the rest of the row counts
    CONFLICT_TAKEN = "conflict_taken"  # a person decided for the sheet
    KEPT_AS_NOTE = "kept_as_note"  # the cell is not understood: its text stands in the notes of the post

    @property
    def is_error(self) -> bool:
        """Whether the row is refused."""
        return self in _ERRORS


_ERRORS = frozenset(
    {
        Problem.BAD_URL,
        Problem.BAD_DATE,
        Problem.AMBIGUOUS_DATE,
        Problem.BAD_WINDOW,
        Problem.END_BEFORE_START,
        Problem.HANDLE_MISMATCH,
        Problem.DUPLICATE_CODE,
        Problem.MISSING_POST,
        Problem.MISSING_HANDLE,
        Problem.MASKED_CODE,
        Problem.CONFLICT,
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence about one cell; ``row`` as a person sees it, ``column`` the header ("" = the row). Never a code."""

    row: int
    column: str
    problem: Problem
    text: str

    def as_report(self) -> dict[str, str | int]:
        """The message as it stands in the report."""
        return {"row": self.row, "column": self.column, "code": self.problem.value, "message": self.text}
