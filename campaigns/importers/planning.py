"""Clean rows and what is on file → the plan. Nothing is written here; a preview and an import plan alike."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from brands.models import Brand
from campaigns.importers.context import Context, RowDraft
from campaigns.importers.onfile import OnFile
from campaigns.importers.plan import ImportPlan, RowPlan
from campaigns.importers.planning_codes import plan_code, start_day
from campaigns.importers.planning_flights import plan_flight
from campaigns.importers.planning_posts import birth_of, plan_post
from campaigns.importers.planning_rights import plan_right
from campaigns.importers.rows import RowValues
from campaigns.wishes import Decision


def plan_import(
    rows: Iterable[RowValues],
    on_file: OnFile,
    *,
    brand: Brand,
    columns: Mapping[str, str],
    decisions: Mapping[int, Decision],
    undecided: Decision | None = None,
    now: datetime,
) -> ImportPlan:
    """Match rows by natural keys, in the order of the sheet, and plan what they create and change.

    ``columns``: field → header, for the messages. ``decisions``: row with a conflict → whose word counts, else
    ``undecided``. A row with an error changes nothing; later rows count for more.
    """
    context = Context(brand, on_file, columns, decisions=decisions, undecided=undecided, now=now)
    for values in rows:
        context.plan.rows.append(_plan_row(context, values))
    return context.plan


def _plan_row(context: Context, values: RowValues) -> RowPlan:
    draft = RowDraft(values, context.columns)
    if not values.skipped:
        _draft(context, draft)
        if values.failed:
            draft.things.clear()
        else:
            for step in draft.steps:
                step()
            for kind, thing in draft.things:
                context.enlist(kind, thing)
    return RowPlan(values.number, draft.things, values.messages, draft.conflicts, values.skipped)


def _draft(context: Context, draft: RowDraft) -> None:
    """All parts of the row are planned, also after an error: everything that is wrong is said at once."""
    post = plan_post(context, draft)
    if post is None:
        return
    birth = birth_of(context, draft, post)
    code = plan_code(context, draft, post, birth)
    days = [day for day in (birth, start_day(context, draft, code)) if day is not None]
    plan_right(context, draft, post, min(days, default=None))
    plan_flight(context, draft, post, code)
