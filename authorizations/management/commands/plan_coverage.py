"""Judge planned flights without a database: JSON lines in, JSON lines out."""

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from authorizations.planning import CaseError, answer, parse_case


class Command(BaseCommand):
    """Answers each case as it is read, so input of any length fits in memory."""

    help = (
        "Say for each planned flight whether it may run and until when: one JSON object a line in, "
        "one a line out. A malformed line is answered with its mistake and the run goes on; the exit code is then 1."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one optional file."""
        parser.add_argument(
            "file", nargs="?", default="-", metavar="FILE", help="JSON lines; - is standard input"
        )

    def handle(self, *_args: Any, file: str, **_options: Any) -> None:
        """Raise CommandError with code 2 if the file cannot be read, with 1 after malformed lines."""
        with contextlib.ExitStack() as stack:
            try:
                lines = sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}", returncode=2) from error
            try:
                malformed = self.answer_all(lines)
                self.stdout.flush()
            except BrokenPipeError:
                # Whoever reads has seen enough (``… | head``). Python flushes once more on its way out.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return
        if malformed:
            raise CommandError(f"malformed lines: {malformed}", returncode=1)

    def answer_all(self, lines: Iterable[bytes]) -> int:
        """Print one answer per line and return how many lines were malformed."""
        malformed = 0
        for number, raw in enumerate(lines, start=1):
            try:
                text = raw.decode("utf-8-sig" if number == 1 else "utf-8").strip()
                if not text:
                    continue
                result = answer(parse_case(text, path=f"line {number}"))
            except UnicodeDecodeError:
                malformed += 1
                result = {"id": None, "error": f"line {number}: is not UTF-8"}
            except CaseError as error:
                malformed += 1
                result = {"id": error.case_id, "error": str(error)}
            self.stdout.write(json.dumps(result))
        return malformed
