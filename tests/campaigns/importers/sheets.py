"""Sheets made for tests, and a short way to import them."""

import csv
import itertools
from datetime import UTC, datetime
from pathlib import Path

from brands.enums import Role
from campaigns.importers import ReadOptions, asked_columns, import_tracker
from campaigns.importers.looking import receive_sheet
from campaigns.operations.imports import ask_apply, ask_preview
from campaigns.operations.undo import undo_import
from campaigns.tasks import apply_import, preview_import
from campaigns.wishes import Wishes
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.dates import DateOrder
from tests.world import NOW, World

_numbers = itertools.count(1)
HEADER = (
    "Creator handle",
    "Post link",
    "Title",
    "Spark code",
    "Auth date",
    "Days",
    "Expires",
    "Status",
    "Paid",
    "Rights start",
    "Rights end",
    "Campaign",
    "Flight start",
    "Flight end",
    "Daily budget",
    "Owner",
    "Notes",
)


def post_id(day="2026-10-01", number=None):
    """The id of a post born at noon (UTC) of ``day``; a new one each time without a ``number``."""
    born = int(datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp())
    return str((born << 32) + (next(_numbers) if number is None else number))


def post_url(handle="maya", day="2026-10-01", number=None):
    """The link of a post of ``handle`` born on ``day``."""
    return f"https://www.tiktok.com/@{handle}/video/{post_id(day, number)}"


def row(**cells):
    """A row under ``HEADER``: ``row(post_link=…, days=30)``."""
    named = {name.lower().replace(" ", "_"): index for index, name in enumerate(HEADER)}
    values = [""] * len(HEADER)
    for name, value in cells.items():
        values[named[name]] = value
    return values


def write_sheet(folder: Path, rows, header=HEADER):
    """A CSV file with these rows."""
    path = folder / f"sheet{next(_numbers)}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


class Desk:
    """Imports sheets into the brand of a world."""

    def __init__(self, folder: Path, **brand):
        self.folder = folder
        self.world = World(**brand)

    @property
    def brand(self):
        """The brand as it is now."""
        self.world.brand.refresh_from_db()
        return self.world.brand

    def take(self, *rows, header=HEADER, **more):
        """Import ``rows``; see ``take_file``."""
        return self.take_file(write_sheet(self.folder, rows, header), **more)

    def take_file(
        self, path, *, apply=True, skip_errors=False, now=NOW, order=None, sheet=None, maps=(), **said
    ):
        """Import a file and return the outcome; ``said``: other ``ReadOptions``."""
        options = ReadOptions(sheet, DateOrder(order) if order else None, asked_columns(maps), **said)
        return import_tracker(
            path,
            brand=self.brand,
            options=options,
            apply=apply,
            skip_errors=skip_errors,
            now=now,
            actor=self.world.actor,
        )


class Office(Desk):
    """Imports sheets as the pages do, with a manager who asks and a worker that works when it is told to."""

    def __init__(self, folder: Path, **brand):
        super().__init__(folder, **brand)
        self.manager = self.world.member(Role.MANAGER)
        self.world.actor = Actor(ActorKind.USER, str(self.manager.pk), self.manager.email, request_id="r1")

    @property
    def by(self):
        """The arguments of operations, with the brand as it is now."""
        return {**self.world.by, "brand": self.brand}

    def upload(self, *rows, header=HEADER):
        """A run with these rows, in ``uploaded``."""
        path = write_sheet(self.folder, rows, header)
        return receive_sheet(path.read_bytes(), file_name=path.name, **self.by)

    def preview(self, run, **wishes):
        """Ask for the preview and let a worker make it; the run afterwards."""
        run = ask_preview(run=run, wishes=Wishes(**wishes), **self.by)
        preview_import(str(run.pk))
        run.refresh_from_db()
        return run

    def ask(self, run, *, decisions=None, skip_errors=False):
        """Ask for the import; nobody works on it yet."""
        return ask_apply(run=run, decisions=decisions or {}, skip_errors=skip_errors, **self.by)

    def apply(self, run, **how):
        """Ask for the import and let a worker do it; the run afterwards."""
        apply_import(str(self.ask(run, **how).pk))
        run.refresh_from_db()
        return run

    def bring(self, *rows, header=HEADER, wishes=None, **how):
        """Upload, preview and import; the run afterwards."""
        return self.apply(self.preview(self.upload(*rows, header=header), **(wishes or {})), **how)

    def undo(self, run):
        """Undo; the run afterwards."""
        return undo_import(run=run, **self.by)


def said(outcome, kind="errors"):
    """``[(row, column, code), …]`` of the errors, warnings or skipped rows."""
    return [(item["row"], item["column"], item["code"]) for item in outcome.report[kind]]


def counts(outcome, effect):
    """The counts of an effect that are not zero."""
    return {kind: number for kind, number in outcome.report[effect].items() if number}
