"""Imports as people ask for them: a sheet kept, a preview or the import asked for, discarded; runs on record.

Whoever asks only changes the row of the run (the queue); a worker is woken by ``campaigns.tasks.wake`` and writes
through ``campaigns.operations.import_work``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from brands.models import Brand, Invitation, Membership
from brands.operations.audit import Change, record_changes
from brands.operations.edits import writing
from campaigns.enums import ImportState, RowOutcome
from campaigns.models import ColumnMeaning, ImportPiece, ImportRow, ImportRun, OwnerName
from campaigns.operations.touched import zones_of
from campaigns.secrets import seal_sheet
from campaigns.wishes import Decision, Wishes
from sparktrack.core.actors import Actor
from sparktrack.core.cells import masked
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import fold_name

SHEETS_ARE_KEPT = timedelta(days=30)
_COUNTED = ("created", "updated")
_LOOKED_AT = frozenset({ImportState.UPLOADED, ImportState.PREVIEWED, ImportState.FAILED})
_DISCARDABLE = _LOOKED_AT | {ImportState.REFUSED}
_LONGEST_HEADER = 120


class WrongStateError(RefusedError):
    """The run stands elsewhere than whoever asked thought: somebody else was quicker, or a page was old."""

    def __init__(self, run: ImportRun) -> None:
        """``run`` as it is now."""
        self.run = run
        super().__init__(_WHERE_IT_STANDS[ImportState(run.state)])


_WHERE_IT_STANDS = {
    ImportState.UPLOADED: "The columns of this sheet are not confirmed yet.",
    ImportState.READING: "This sheet is being read at this moment.",
    ImportState.PREVIEWED: "This import waits for you to look at the preview.",
    ImportState.APPLYING: "This import is under way.",
    ImportState.APPLIED: "This sheet was imported already.",
    ImportState.UNDONE: "This import was undone: upload the sheet again to import it again.",
    ImportState.REFUSED: "Rows of this sheet had errors and nothing was written.",
    ImportState.FAILED: "This import could not be done; nothing was written.",
    ImportState.DISCARDED: "This import was discarded: upload the sheet again.",
}


class SheetGoneError(RefusedError):
    """The sheet of the run is not kept any more."""

    def __init__(self) -> None:
        super().__init__("The sheet is no longer kept (30 days, or discarded): upload it again.")


class RowsWithErrorsError(RefusedError):
    """Rows have errors, and nobody said to leave them out."""

    def __init__(self, rows: int) -> None:
        """``rows``: how many."""
        self.rows = rows
        said = "1 row has an error" if rows == 1 else f"{rows:,} rows have errors"
        super().__init__(
            f"{said}: leave such rows out, or mend the sheet and upload it again.", field="skip_errors"
        )


@dataclass(frozen=True, slots=True)
class Upload:
    """A sheet that was looked at; ``look`` must not hold a code."""

    file_name: str
    sha256: str
    content: bytes = field(repr=False)
    look: Mapping[str, Any]


def keep_upload(*, brand: Brand, upload: Upload, now: datetime, actor: Actor) -> ImportRun:
    """Keep a sheet, sealed, until its columns are confirmed. Raises BrandBusyError."""
    run = ImportRun(
        brand=brand,
        by_id=actor.user_id,
        file_name=masked(upload.file_name)[-255:],
        sheet=(upload.look.get("sheet") or "")[:120],
        sha256=upload.sha256,
        state=ImportState.UPLOADED,
        kept_bytes=len(upload.content),
        look=dict(upload.look),
        created_at=now,
    )
    with writing():
        run.save(force_insert=True)
        for number, sealed in enumerate(seal_sheet(upload.content, brand_id=brand.pk, run_id=run.pk)):
            ImportPiece.objects.create(
                brand=brand,
                run=run,
                number=number,
                key_id=sealed.key_id,
                ciphertext=sealed.ciphertext,
                created_at=now,
            )
        after = {"sha256": run.sha256, "bytes": run.kept_bytes}
        record_changes(brand, [Change("import.uploaded", run, after=after)], now=now, actor=actor)
    return run


def keep_look(*, brand: Brand, run: ImportRun, look: Mapping[str, Any]) -> ImportRun:
    """Keep what another look at the sheet shows (another sheet of the workbook); nothing else changes.

    The sheet that a preview read stays on record: the rows beside it are of that one. Not audited: it says what is in
    the file, and nobody decided anything. Raises WrongStateError, BrandBusyError.
    """
    with writing():
        current = _as_it_is(brand, run, _LOOKED_AT)
        current.look = dict(look)
        current.save(update_fields=["look"])
    return current


def ask_preview(*, brand: Brand, run: ImportRun, wishes: Wishes, now: datetime, actor: Actor) -> ImportRun:
    """Columns, dates, owners are as ``wishes`` say: read the sheet. From uploaded, previewed or failed.

    Columns and owners are remembered for the next sheet. Wake a worker afterwards (``campaigns.tasks.wake``). Raises
    WrongStateError, SheetGoneError, RefusedError for an owner who is neither a member nor invited, BrandBusyError.
    """
    wishes = replace(
        wishes,
        columns={masked(header): name for header, name in wishes.columns.items()},
        owners={masked(name): owner for name, owner in wishes.owners.items()},
    )
    owners = _owner_names(brand, wishes.owners, now=now)
    with writing():
        current = _as_it_is(brand, run, _LOOKED_AT)
        _remember_columns(brand, wishes.columns)
        _remember_owners(owners)
        current.wishes = wishes.as_json()
        current.plan_digest = ""  # the preview before was of other wishes
        _ask(current, ImportState.READING, now=now, actor=actor)
        after = {
            "attempt": current.attempt,
            "sheet": wishes.sheet,
            "date_order": wishes.date_order,
            "columns": len(wishes.columns),
            "owners": len(wishes.owners),
        }
        record_changes(brand, [Change("import.preview_asked", current, after=after)], now=now, actor=actor)
    return current


def ask_apply(
    *,
    brand: Brand,
    run: ImportRun,
    decisions: Mapping[int, Decision],
    skip_errors: bool,
    attempt: int | None = None,
    now: datetime,
    actor: Actor,
) -> ImportRun:
    """Write what the preview shows. From previewed, or failed after a preview.

    ``attempt``: which preview was looked at (None: the one there is). ``decisions``: row with a conflict → whose word
    counts; they are added to those made before, and what is on file stays where nobody decided. Wake a
    worker afterwards. Raises WrongStateError, SheetGoneError, RowsWithErrorsError, BrandBusyError.
    """
    with writing():
        current = _as_it_is(brand, run, frozenset({ImportState.PREVIEWED, ImportState.FAILED}))
        if not current.plan_digest or attempt not in {None, current.attempt}:
            raise WrongStateError(current)
        wishes = Wishes.from_json(current.wishes)
        wishes = replace(wishes, decisions={**wishes.decisions, **decisions}, skip_errors=skip_errors)
        if not skip_errors and (left := rows_with_errors(current)):
            raise RowsWithErrorsError(left)
        current.wishes = wishes.as_json()
        _ask(current, ImportState.APPLYING, now=now, actor=actor)
        after = {"attempt": current.attempt, "skip_errors": skip_errors, "decisions": len(wishes.decisions)}
        record_changes(brand, [Change("import.asked", current, after=after)], now=now, actor=actor)
    return current


def rows_with_errors(run: ImportRun) -> int:
    """How many rows of the preview have an error."""
    return ImportRow.objects.filter(brand=run.brand_id, run=run, outcome=RowOutcome.ERROR).count()


def discard_import(*, brand: Brand, run: ImportRun, now: datetime, actor: Actor) -> ImportRun:
    """Nothing comes of it: the sheet and its preview are deleted. Raises WrongStateError, BrandBusyError."""
    with writing():
        current = _as_it_is(brand, run, _DISCARDABLE, kept=False)
        before = {"state": current.state}
        current.state, current.ended_at, current.problem = ImportState.DISCARDED, now, ""
        _forget(current)
        change = Change("import.discarded", current, before, {"state": current.state.value})
        record_changes(brand, [change], now=now, actor=actor)
    return current


def record_rejected_download(*, brand: Brand, run: ImportRun, rows: int, now: datetime, actor: Actor) -> None:
    """Somebody downloads the rejected ``rows`` as they are in the sheet, codes included."""
    change = Change("import.rejected_downloaded", run, after={"rows": rows})
    record_changes(brand, [change], now=now, actor=actor)


def forget_old_sheets(*, now: datetime, actor: Actor) -> int:
    """Delete sheets of all brands that were kept for 30 days, with their previews; how many runs.

    Doing it again does no harm. What came to nothing is discarded; what was imported can still be undone.
    """
    old = ImportRun.objects.filter(kept_bytes__isnull=False, created_at__lte=now - SHEETS_ARE_KEPT).exclude(
        state__in=[ImportState.READING, ImportState.APPLYING]
    )
    count = 0
    for pk in old.order_by("pk").values_list("pk", flat=True)[:1_000]:
        with writing():
            # As it is now: somebody may have asked for it, or thrown it away, since it was found.
            run = old.select_for_update(of=("self",)).select_related("brand").filter(pk=pk).first()
            if run is None:
                continue
            if run.state in _LOOKED_AT:
                run.state, run.ended_at = ImportState.DISCARDED, now
            _forget(run)
            record_changes(run.brand, [Change("import.sheet_deleted", run)], now=now, actor=actor)
        count += 1
    return count


def record_import(
    *,
    brand: Brand,
    file_name: str,
    sheet: str,
    sha256: str,
    state: ImportState,
    report: dict[str, Any],
    now: datetime,
    actor: Actor,
    run_id: UUID | None = None,
) -> ImportRun:
    """Keep what was read from the shell and what came of it. ``report`` must not hold a code; ``sha256``: of the file.

    ``run_id``: the primary key, for whoever needed it before.
    """
    run = ImportRun(
        brand=brand,
        by_id=actor.user_id,
        file_name=file_name[-255:],
        sheet=sheet[:120],
        sha256=sha256,
        state=state,
        report=report,
        created_at=now,
        ended_at=now,
        zones=zones_of(brand.pk) if state is ImportState.APPLIED else {},
    )
    if run_id is not None:
        run.pk = run_id
    with writing():
        run.save(force_insert=True)
        record_changes(brand, [came_of_it(run)], now=now, actor=actor)
    return run


def came_of_it(run: ImportRun) -> Change:
    """The audit entry of a run that was previewed, refused or applied."""
    counts = {name: run.report.get(name, {}) for name in _COUNTED}
    state = ImportState(run.state).value
    return Change(f"import.{state}", run, after={"state": state, "sha256": run.sha256, **counts})


def _as_it_is(
    brand: Brand, run: ImportRun, states: Collection[ImportState], *, kept: bool = True
) -> ImportRun:
    """The run under its lock. Raises WrongStateError unless it is in one of ``states``, SheetGoneError."""
    current: ImportRun = ImportRun.objects.for_brand(brand).select_for_update().get(pk=run.pk)
    if current.state not in states:
        raise WrongStateError(current)
    if kept and current.kept_bytes is None:
        raise SheetGoneError
    return current


def _ask(run: ImportRun, state: ImportState, *, now: datetime, actor: Actor) -> None:
    run.state, run.asked_at, run.begun_at, run.ended_at, run.problem = state, now, None, None, ""
    run.attempt += 1
    run.actor = {
        "kind": actor.kind.value,
        "id": actor.id,
        "label": actor.label,
        "ip": actor.ip,
        "request_id": actor.request_id,
    }
    run.save()


def _forget(run: ImportRun) -> None:
    """Delete the kept sheet, its samples and the rows of its preview; what was written stays on record."""
    run.kept_bytes, run.look = None, {}
    run.save(update_fields=["state", "ended_at", "problem", "kept_bytes", "look"])
    run.pieces.all().delete()
    run.rows.all().delete()


def _remember_columns(brand: Brand, columns: Mapping[str, str]) -> None:
    meanings = {fold_name(header): name for header, name in columns.items()}
    ColumnMeaning.objects.bulk_create(
        [
            ColumnMeaning(brand=brand, header=header, field=name)
            for header, name in meanings.items()
            if header and len(header) <= _LONGEST_HEADER
        ],
        update_conflicts=True,
        unique_fields=["brand", "header"],
        update_fields=["field"],
    )


def _owner_names(brand: Brand, owners: Mapping[str, str], *, now: datetime) -> list[OwnerName]:
    """Raises RefusedError for whoever is neither a member nor invited (open) in ``brand``."""
    wanted: dict[str, set[UUID]] = {"user": set(), "invitation": set()}
    for said in owners.values():
        kind, _, pk = said.partition(":")
        wanted[kind].add(UUID(pk))
    known = {
        "user": set(
            Membership.objects.for_brand(brand)
            .filter(user__in=wanted["user"])
            .values_list("user_id", flat=True)
        ),
        "invitation": set(
            Invitation.objects.for_brand(brand)
            .filter(_still_counts(now), pk__in=wanted["invitation"])
            .values_list("pk", flat=True)
        ),
    }
    rows = []
    for name, said in owners.items():
        kind, _, pk = said.partition(":")
        if UUID(pk) not in known[kind]:
            raise RefusedError(
                f"“{name}” was given to somebody who does not belong to this brand.", field="owners"
            )
        rows.append(OwnerName(brand=brand, name=fold_owner(name)[:254], **{f"{kind}_id": UUID(pk)}))
    return list({row.name: row for row in rows}.values())


def _still_counts(now: datetime) -> Q:
    """Invitations that are open, or were accepted."""
    return Q(revoked_at=None) & (Q(accepted_at__isnull=False) | Q(expires_at__gt=now))


def fold_owner(name: str) -> str:
    """Names of people are the same if they differ in case or blanks only."""
    return " ".join(name.split()).casefold()


def _remember_owners(rows: Iterable[OwnerName]) -> None:
    OwnerName.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["brand", "name"],
        update_fields=["user", "invitation"],
    )
