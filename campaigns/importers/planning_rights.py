"""What a row does to the usage rights of its post: a right is known by the day it starts."""

from dataclasses import replace
from datetime import date

from authorizations.windows import Term, last_day
from campaigns.importers.columns import Field
from campaigns.importers.context import Context, RowDraft
from campaigns.importers.messages import Problem
from campaigns.importers.plan import Kind, PlannedPost, PlannedRight, same_end, term_of
from campaigns.importers.rows import RightCells


def plan_right(context: Context, draft: RowDraft, post: PlannedPost, assumed_start: date | None) -> None:
    """The right of the row, if it speaks of one.

    A right without a stated start is one the post has already; if it has none, it starts on ``assumed_start``, the
    earlier of the days of post and code, and without a stated end it stays open: both are to-dos.
    """
    cells = draft.values.right
    if not cells.stated:
        return
    if cells.start is not None:
        right = _best([right for right in post.rights if right.starts_on == cells.start], cells)
        start = cells.start
    else:
        right = _without_start(draft, post, cells)
        start = assumed_start or context.today
    if draft.values.failed:
        return
    ends_on = cells.end.ends_on if cells.end else None
    first = right.starts_on if right else start
    if ends_on is not None and first is not None and ends_on < first:
        draft.say(Field.RIGHTS_END, Problem.END_BEFORE_START, "The rights end before they start.")
        return
    planned = right or PlannedRight(post, None, start, Term(), paid=bool(cells.paid))
    _warn_shorter(draft, planned, cells)
    draft.steps.append(lambda: _keep(planned, cells))
    draft.things.append((Kind.RIGHTS, planned))


def _without_start(draft: RowDraft, post: PlannedPost, cells: RightCells) -> PlannedRight | None:
    """The right of the post that a row without a start means; says a conflict if it could be several."""
    fitting = [right for right in post.rights if _fits(right, cells)]
    if fitting:
        return _best(fitting, cells)
    if len(post.rights) > 1:
        draft.say(
            Field.RIGHTS_START,
            Problem.CONFLICT,
            "The post has several usage rights: put in the start of the one that is meant.",
        )
    return post.rights[0] if len(post.rights) == 1 else None


def _fits(right: PlannedRight, cells: RightCells) -> bool:
    """Whether a right says already what the row says."""
    return (cells.paid is None or cells.paid == right.paid) and (
        cells.end is None or same_end(right.starts_on, cells.end, right.term)
    )


def _best(rights: list[PlannedRight], cells: RightCells) -> PlannedRight | None:
    """The one that is most like the row; the first of equals."""

    def likeness(right: PlannedRight) -> int:
        row = right.row
        return (
            4 * (right.starts_on == cells.start)
            + 2 * same_end(right.starts_on, cells.end or Term(), right.term)
            + (cells.paid == right.paid)
            + (row is not None and (row.fee, row.contract_reference) == (cells.fee, cells.contract))
        )

    return max(rights, key=likeness) if rights else None


def _warn_shorter(draft: RowDraft, right: PlannedRight, cells: RightCells) -> None:
    """Rights have no sources to weigh: the sheet counts, and says so where it takes something away."""
    row, end = right.row, cells.end
    if row is None or end is None or end == Term() or same_end(right.starts_on, end, term_of(row)):
        return
    if is_longer(replace(right, term=end)):
        return
    last = last_day(right.starts_on, term_of(row)) if right.starts_on and not row.perpetual else None
    on_file = f"end on {last}" if last else "never end"
    draft.say(
        Field.RIGHTS_END,
        Problem.RIGHT_SHORTENED,
        f"This ends the rights on {end.ends_on}; on file they {on_file}.",
    )


def _keep(right: PlannedRight, cells: RightCells) -> None:
    if cells.paid is not None:
        right.paid = cells.paid
    # "Not stated" takes nothing back, and 90 days stay 90 days if the sheet names their last day.
    if cells.end is not None and cells.end != Term() and not same_end(right.starts_on, cells.end, right.term):
        right.term = cells.end
    for name, value in (
        ("fee", cells.fee),
        ("contract_reference", cells.contract),
        ("territories", list(cells.territories)),
    ):
        if value:
            right.values[name] = value
    if right not in right.post.rights:
        right.post.rights.append(right)


def is_longer(right: PlannedRight) -> bool:
    """Whether the new term of a right on file ends later than the old one, or states one that was not stated."""
    if right.row is None or right.starts_on is None or not right.row.term_stated or right.term.perpetual:
        return True
    before, after = last_day(right.starts_on, term_of(right.row)), last_day(right.starts_on, right.term)
    return before is not None and after is not None and after > before
