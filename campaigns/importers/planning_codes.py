"""What a row does to the codes of its post (DOMAIN.md §4, §8): new, longer, corrected, revoked, used, or the same."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from authorizations.enums import EndSource
from authorizations.secrets import code_fingerprint
from authorizations.windows import WindowError, code_window
from campaigns.importers.cells import moment
from campaigns.importers.columns import Field
from campaigns.importers.context import Context, RowDraft
from campaigns.importers.messages import Problem
from campaigns.importers.plan import Conflict, Kind, PlannedCode, PlannedPost, WindowState
from campaigns.importers.rows import CodeCells
from campaigns.wishes import Decision
from sparktrack.core.days import first_instant, local_date
from sparktrack.tiktok.codes import CleanCode

_DAY = timedelta(days=1)
# Who says these ends says what TikTok shows.
_READ = frozenset({EndSource.TIKTOK, EndSource.ADS_MANAGER})


def plan_code(context: Context, draft: RowDraft, post: PlannedPost, birth: date | None) -> PlannedCode | None:
    """The code of the row as it shall be; None if there is none or it is refused, which is said.

    ``birth`` is the day of the post in the brand's zone: a code whose end alone is stated starts then.
    """
    cells = draft.values.code
    if cells.masked is not None:
        _recognise(context, draft, post, cells.masked)
    if cells.value is None:
        return None
    fingerprint = code_fingerprint(cells.value.value)
    if _is_anothers(context, draft, post, fingerprint, cells.value):
        return None
    known = context.code(fingerprint, post)
    window = _window(context, draft, birth, known)
    if window is None:
        return None
    code = known or PlannedCode(post, None, cells.value.ending, window, value=cells.value.value)
    revoked_at = _revocation(context, draft, code)

    def keep() -> None:
        code.window = window
        code.revoked_at = revoked_at
        context.codes[fingerprint] = code

    draft.steps.append(keep)
    draft.things.append((Kind.CODES, code))
    if birth and cells.start and _start_day(context, window) < birth:
        draft.say(Field.STARTS_AT, Problem.CODE_BEFORE_POST, "The code starts before the post was made.")
    return code


def _window(
    context: Context, draft: RowDraft, birth: date | None, known: PlannedCode | None
) -> WindowState | None:
    """The window to store; None if the row states none or may not change the one on file, which is said."""
    stated = _stated_window(context, draft, birth, known.window if known else None)
    if stated is None or known is None:
        return stated
    settled = _settled(known.window, stated, exact=_ends_at_an_instant(draft.values.code))
    if _shortens(known.window, settled):
        return _decided_window(context, draft, known, settled)
    return known.window if _is_read_better(context, draft, known.window, settled) else settled


def start_day(context: Context, draft: RowDraft, code: PlannedCode | None) -> date | None:
    """The day (brand's zone) from which the code of the row counts: as stated, else as on file."""
    if draft.values.code.start is not None:
        day, instant = moment(draft.values.code.start, context.zone)
        return day or (local_date(instant, context.zone) if instant else None)
    return _start_day(context, code.window) if code is not None else None


def _start_day(context: Context, window: WindowState) -> date:
    return window.starts_on or local_date(window.starts_at, context.zone)


def _recognise(context: Context, draft: RowDraft, post: PlannedPost, shown: str) -> None:
    """A masked code says nothing new, if the post has a code with that ending."""
    rows = context.on_file.endings.get(post.row.pk, ()) if post.row else ()
    for row in rows:
        if shown and row.ending.endswith(shown):
            known = context.code(row.fingerprint, post)
            if known is not None:
                draft.things.append((Kind.CODES, known))
            return
    draft.say(
        Field.CODE,
        Problem.MASKED_CODE,
        "The code is masked and the post has no code with this ending: put in the whole code.",
    )


def _is_anothers(
    context: Context, draft: RowDraft, post: PlannedPost, fingerprint: str, code: CleanCode
) -> bool:
    """Whether another post has the code, on file or in an earlier row: the first keeps it."""
    on_file = context.on_file.codes.get(fingerprint)
    if on_file is not None and (post.row is None or post.row.pk != on_file.post_id):
        where = f"on file for another post: {on_file.post}"
    else:
        owner, row = context.claims.setdefault(fingerprint, (post, draft.values.number))
        if owner.key == post.key:
            return False
        where = f"in row {row} for another post: {owner.label}"
    draft.say(Field.CODE, Problem.DUPLICATE_CODE, f"The code ending {code.ending} is already {where}.")
    return True


# --- windows -------------------------------------------------------------------------------------------------------


def _stated_window(
    context: Context, draft: RowDraft, birth: date | None, known: WindowState | None
) -> WindowState | None:
    """The window that the row states, read beside the one on file; None if it states none, which is said."""
    cells = draft.values.code
    if cells.days is None and cells.end is None and known is None:
        _refuse_endless(draft)
        return None
    if known is not None and cells.start is None and cells.days is None and cells.end is None:
        return known
    zone = context.zone
    starts_on, starts_at, assumed = _start(context, cells, birth, known)
    expires_on, expires_at = moment(cells.end, zone) if cells.end else (None, None)
    days = (
        cells.days if cells.days is not None or cells.end is not None or known is None else known.window_days
    )
    first_day = starts_on or local_date(starts_at, zone)
    if days is not None and cells.end is not None:
        last = expires_on or (local_date(expires_at, zone) if expires_at else first_day)
        if abs((last - first_day).days - days) > 1:
            draft.say(
                Field.EXPIRES_AT,
                Problem.EXPIRY_CONFLICT,
                f"{days} days from the start do not end on {last}: the stated end counts.",
            )
            days = None
        elif expires_on is not None and cells.start is not None:
            expires_on = None  # within a day of the stated one: start and days say it best
    try:
        window = code_window(
            zone=zone,
            starts_on=starts_on,
            starts_at=starts_at,
            window_days=days,
            expires_on=expires_on,
            expires_at=expires_at,
        )
    except WindowError as error:
        ends_early = (expires_on is not None and expires_on <= first_day) or (
            expires_at is not None and expires_at <= starts_at
        )
        _refuse_window(draft, ends_early=ends_early, text=str(error))
        return None
    source = _source(cells, known, days_count=expires_on is None and expires_at is None)
    return WindowState(
        starts_on, window.starts_at, expires_on, window.expires_at, window.window_days, assumed, source
    )


def _start(
    context: Context, cells: CodeCells, birth: date | None, known: WindowState | None
) -> tuple[date | None, datetime, bool]:
    """Typed start, its instant, and whether it is assumed."""
    zone = context.zone
    if cells.start is None and known is not None:
        return known.starts_on, known.starts_at, known.start_assumed
    if cells.start is None:
        # DOMAIN.md §4: never the moment of pasting, at the latest the day before the code arrived.
        day = context.today - _DAY
        if cells.end is not None:
            end_on, end_at = moment(cells.end, zone)
            last = end_on or (local_date(end_at, zone) if end_at else day)
            if cells.days is not None:
                day = last - timedelta(days=cells.days)
            else:
                day = birth or min(day, last - _DAY)
        return day, first_instant(day, zone), True
    day_, instant = moment(cells.start, zone)
    if (
        known is not None
        and day_ is not None
        and day_ == (known.starts_on or local_date(known.starts_at, zone))
    ):
        return (
            known.starts_on,
            known.starts_at,
            known.start_assumed,
        )  # the same day; on file it may be exacter
    return day_, instant or first_instant(day_ or context.today, zone), False


def _source(cells: CodeCells, known: WindowState | None, *, days_count: bool) -> EndSource:
    """Who says the end: days from a start are computed, a stated end is the sheet's word (DOMAIN.md §3)."""
    if known is None and cells.source is not None:
        return cells.source  # our own export says it of a code that is not on file here
    if not days_count:
        return EndSource.SHEET
    if cells.start is None and cells.end is None and known is None:
        return EndSource.ASSUMED
    return EndSource.COMPUTED


def _ends_at_an_instant(cells: CodeCells) -> bool:
    return cells.end is not None and (cells.end.instant is not None or cells.end.clock is not None)


def _refuse_endless(draft: RowDraft) -> None:
    if any(message.problem in _SAID for message in draft.values.messages):
        return  # a cell of the window was refused, so it is not missing
    field = next((f for f in (Field.WINDOW_DAYS, Field.EXPIRES_AT) if f in draft.columns), Field.CODE)
    draft.say(field, Problem.BAD_WINDOW, "Say for how many days the code is good, or when it ends.")


_SAID = frozenset({Problem.BAD_DATE, Problem.AMBIGUOUS_DATE, Problem.BAD_WINDOW, Problem.END_BEFORE_START})


def _refuse_window(draft: RowDraft, *, ends_early: bool, text: str) -> None:
    if ends_early:
        if not any(message.problem is Problem.END_BEFORE_START for message in draft.values.messages):
            draft.say(Field.EXPIRES_AT, Problem.END_BEFORE_START, text)
    else:
        draft.say(Field.EXPIRES_AT if draft.values.code.end else Field.WINDOW_DAYS, Problem.BAD_WINDOW, text)


def _shortens(known: WindowState, stated: WindowState) -> bool:
    """Whether the stated window would take away from one that is known better."""
    earlier = stated.expires_at < known.expires_at
    later_start = stated.starts_at > known.starts_at
    return (earlier or later_start) and known.end_source.strength > stated.end_source.strength


def _decided_window(
    context: Context, draft: RowDraft, code: PlannedCode, stated: WindowState
) -> WindowState | None:
    """The window that a person decided for; None, and the row is refused, as long as nobody did."""
    known = code.window
    field = Field.EXPIRES_AT if draft.values.code.end else Field.WINDOW_DAYS
    until = local_date(known.expires_at, context.zone)
    decision = context.decision(draft.values.number)
    draft.conflicts.append(
        Conflict(
            "end",
            f"code ending {code.ending}",
            known.expires_at,
            known.end_source.value,
            code.row.last_checked_at if code.row else None,
            stated.expires_at,
            decision,
        )
    )
    if decision is Decision.KEEP:
        draft.say(
            field,
            Problem.CONFLICT_KEPT,
            f"The code still ends on {until} ({known.end_source}): that is kept.",
        )
        return known
    if decision is Decision.TAKE:
        draft.say(
            field,
            Problem.CONFLICT_TAKEN,
            f"The code ended on {until} ({known.end_source}) before this sheet.",
        )
        return replace(stated, end_source=EndSource.SHEET)
    draft.say(
        field,
        Problem.CONFLICT,
        f"This would shorten the code, which ends on {until} as a better source says ({known.end_source}).",
    )
    return None


def _is_read_better(context: Context, draft: RowDraft, known: WindowState, stated: WindowState) -> bool:
    """Whether the end on file was read at TikTok and the sheet, by a weaker source, says a later one; warns of it.

    A sheet that was right when it was written would otherwise undo at every import what was read since.
    """
    if known.end_source in _READ and stated.end_source not in _READ and stated.expires_at > known.expires_at:
        draft.say(
            Field.EXPIRES_AT if draft.values.code.end else Field.WINDOW_DAYS,
            Problem.EXPIRY_CONFLICT,
            f"The code ends on {local_date(known.expires_at, context.zone)} as read at TikTok: that stays, "
            "the later end of the sheet is left out.",
        )
        return True
    return False


def _revocation(context: Context, draft: RowDraft, code: PlannedCode) -> datetime | None:
    """When the code was revoked, as the row and the file say together."""
    cells, known = draft.values.code, code.revoked_at
    if cells.revoked is not None:
        day, instant = moment(cells.revoked, context.zone)
        if known and day and local_date(known, context.zone) == day:
            return known
        stated = instant or first_instant(day or context.today, context.zone)
        if known is not None and stated > known:
            return _decided_revocation(context, draft, code, stated, Field.REVOKED_AT)
        return stated
    if cells.status == "revoked" and known is None:
        draft.say(
            Field.STATUS,
            Problem.REVOKED_DATE_UNKNOWN,
            "The sheet does not say when the code was revoked: it counts as revoked from now on.",
        )
        return context.now
    if cells.status == "active" and known is not None and known <= context.now:
        return _decided_revocation(context, draft, code, None, Field.STATUS)
    if cells.status == "rejected" and (code.row is None or code.row.rejected_at is None):
        draft.values.post.extras[draft.columns.get(Field.STATUS, "Status")] = "rejected"
    return known


def _decided_revocation(
    context: Context, draft: RowDraft, code: PlannedCode, stated: datetime | None, field: Field
) -> datetime | None:
    """The revocation that a person decided for; as long as nobody did, the row is refused.

    ``stated``: when the sheet says that the code was revoked; None: it calls it active.
    """
    known = code.revoked_at
    if known is None:
        return stated
    day = local_date(known, context.zone)
    decision = context.decision(draft.values.number)
    checked = code.row.last_checked_at if code.row else None
    label = f"code ending {code.ending}"
    draft.conflicts.append(Conflict("revocation", label, known, "", checked, stated, decision))
    if decision is Decision.KEEP:
        draft.say(field, Problem.CONFLICT_KEPT, f"The code stays revoked since {day}: that is kept.")
        return known
    if decision is Decision.TAKE:
        draft.say(field, Problem.CONFLICT_TAKEN, f"The code was revoked on {day} before this sheet.")
        return stated
    draft.say(field, Problem.CONFLICT, f"This would make a code good again that was revoked on {day}.")
    return known


def _settled(known: WindowState, stated: WindowState, *, exact: bool) -> WindowState:
    """The window to store for a code on file.

    What differs by less than typed dates can say (not ``exact``) stays as it is, and what stays keeps its source.
    """
    if stated.starts_at == known.starts_at:
        stated = replace(stated, starts_on=known.starts_on, start_assumed=known.start_assumed)
        if stated.expires_at == known.expires_at:
            return known
        if not exact and abs(stated.expires_at - known.expires_at) < _DAY:
            return known
    elif stated.expires_at == known.expires_at:
        return replace(stated, end_source=known.end_source)
    return stated
