"""Bring a team's sheet in: a preview, or with --apply the import itself."""

import gc
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from brands.models import Brand
from brands.rules import Action
from campaigns.importers import ColumnRefused, ReadOptions, asked_columns, import_tracker
from campaigns.management.members import member_actor
from sparktrack.core.actors import Actor, system_actor
from sparktrack.core.clock import utc_now
from sparktrack.core.dates import DateOrder
from sparktrack.core.planner import learn_table_sizes
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import UnusableFile

_SHOWN = 20
_ROWS_SHOWN = 5


class Command(BaseCommand):
    """Reads, plans and reports; the work is in ``campaigns.importers``."""

    help = (
        "Import a tracker (CSV, TSV, XLSX, XLSM, ODS) into a brand. Without --apply it only shows what would happen. "
        "The exit code is 0 if it was applied or can be, 1 if rows have errors and nothing was written, 2 if the "
        "file or the arguments cannot be used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and how to read it."""
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--brand", required=True, metavar="SLUG")
        parser.add_argument("--sheet", metavar="NAME", help="default: the sheet that is most like a tracker")
        parser.add_argument(
            "--date-order",
            choices=[order.value for order in DateOrder],
            help="how to read 03/04/2026; default: what the dates of the file show",
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="HEADER=FIELD",
            help="what a column is, in the field names of the export; may be repeated",
        )
        parser.add_argument("--apply", action="store_true", help="write it (all in one transaction)")
        parser.add_argument(
            "--skip-errors", action="store_true", help="leave out rows with errors and write the others"
        )
        parser.add_argument(
            "--report", metavar="FILE.json", help="write the whole report as JSON; - is standard output"
        )
        parser.add_argument("--actor", metavar="E-MAIL", help="the member who imports, for the audit")

    def handle(
        self,
        *_args: Any,
        file: Path,
        brand: str,
        sheet: str | None,
        date_order: str | None,
        report: str | None,
        **more: Any,
    ) -> None:
        """Raise CommandError with code 2 for what cannot be used, with 1 if rows have errors and nothing is written."""
        tenant = Brand.objects.filter(slug=brand).first()
        if tenant is None:
            raise CommandError(f"There is no brand {brand}.", returncode=2)
        _refuse_unwritable(report, file)
        bars = _Bars()
        # A big sheet is hundreds of thousands of objects that live to the end: looking through all of them for garbage
        # again and again takes a third of the time, and the process ends with the command.
        gc.disable()
        try:
            options = ReadOptions(
                sheet, DateOrder(date_order) if date_order else None, asked_columns(more["map"])
            )
            outcome = import_tracker(
                file,
                brand=tenant,
                options=options,
                apply=more["apply"],
                skip_errors=more["skip_errors"],
                now=utc_now(),
                actor=_actor(tenant, more["actor"]),
                progress=bars,
            )
        except (UnusableFile, ColumnRefused) as error:
            raise CommandError(f"{file}: {error.message}", returncode=2) from None
        except RefusedError as error:  # an operation knows better than the plan: all of it was taken back
            raise CommandError(f"{error} Nothing was written.", returncode=1) from None
        finally:
            bars.close()
        if outcome.report["applied"]:
            learn_table_sizes()
        self._write_report(report, outcome.report)
        if report != "-":
            self._summarise(outcome.report)
        if outcome.report["errors"] and not outcome.report["applied"]:
            raise CommandError(f"{_rows_with_errors(outcome.report)} Nothing was written.", returncode=1)

    def _write_report(self, target: str | None, report: dict[str, Any]) -> None:
        if target is None:
            return
        text = json.dumps(report, ensure_ascii=False, indent=2)
        if target == "-":
            self.stdout.write(text)
            return
        Path(target).write_text(text + "\n", encoding="utf-8")

    def _summarise(self, report: dict[str, Any]) -> None:
        where = f", sheet “{report['sheet']}”" if report["sheet"] else ""
        order = f", dates {report['date_order']}" if report["date_order"] else ""
        self.stdout.write(
            f"{report['file']}{where}: {report['rows']:,} rows below row {report['header_row']}{order}"
        )
        self.stdout.write(f"\n{'':<12}{'created':>10}{'updated':>10}{'unchanged':>10}")
        for kind in report["created"]:
            counts = "".join(f"{report[effect][kind]:>10,}" for effect in ("created", "updated", "unchanged"))
            self.stdout.write(f"{kind.replace('_', ' '):<12}{counts}")
        for title in ("errors", "skipped", "warnings"):
            self._list(title, report[title])
        if report["unmapped"]:
            self.stdout.write(f"\nUnknown columns: {', '.join(report['unmapped'])}")
        for note in report["notes"]:
            self.stdout.write(note)
        self.stdout.write("\nApplied." if report["applied"] else "\nNothing was written.")

    def _list(self, title: str, messages: list[dict[str, Any]]) -> None:
        """The messages in the order of the sheet; the same sentence about the same column stands once for all rows."""
        if not messages:
            return
        kinds = Counter(item["code"] for item in messages).most_common()
        self.stdout.write(
            f"\n{title.capitalize()}: {len(messages):,} ({', '.join(f'{code} {number:,}' for code, number in kinds)})"
        )
        groups: dict[tuple[str, str, str], list[int]] = {}
        for item in messages:
            groups.setdefault((item["column"], item["message"], item["code"]), []).append(item["row"])
        for (column, message, code), rows in list(groups.items())[:_SHOWN]:
            where = f"{_rows(rows)}, {column}" if column else _rows(rows)
            self.stdout.write(f"  {where}: {message} [{code}]")
        if len(groups) > _SHOWN:
            self.stdout.write(f"  … and {len(groups) - _SHOWN:,} more, see --report")


def _rows(numbers: list[int]) -> str:
    """``row 3``, ``rows 3, 4``, ``rows 3, 4, 5, 6, 7 and 12 more``."""
    shown = ", ".join(map(str, numbers[:_ROWS_SHOWN]))
    more = f" and {len(numbers) - _ROWS_SHOWN:,} more" if len(numbers) > _ROWS_SHOWN else ""
    return f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"


def _actor(brand: Brand, email: str | None) -> Actor:
    if email is None:
        return system_actor("import_tracker")
    return member_actor(brand, email, Action.IMPORT_TRACKER)


def _refuse_unwritable(target: str | None, sheet: Path) -> None:
    """Before anything is done: a report that cannot be written would be missed after it, and a sheet even more."""
    try:
        if target not in (None, "-"):
            if sheet.exists() and Path(target).exists() and sheet.samefile(target):
                raise CommandError(f"{target} is the sheet itself: name another file.", returncode=2)
            Path(target).open("a").close()
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}.", returncode=2) from None


def _rows_with_errors(report: dict[str, Any]) -> str:
    count = len({item["row"] for item in report["errors"]})
    return f"{count:,} {'row has' if count == 1 else 'rows have'} errors."


class _Bars:
    """Progress bars on standard error, if it is a terminal."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if self._bar is None or stage != self._stage:
            self.close()
            self._bar, self._stage = tqdm(total=total, desc=stage, file=sys.stderr), stage
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        """End the bar that is shown."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
