"""What a row does to the flights of its post, and which campaign, buyer and ad account it names."""

from brands.models import AdAccount, Invitation, User
from campaigns.importers.columns import Field
from campaigns.importers.context import Context, RowDraft
from campaigns.importers.messages import Problem
from campaigns.importers.onfile import fold_title
from campaigns.importers.plan import (
    Kind,
    PlannedCampaign,
    PlannedCode,
    PlannedFlight,
    PlannedPost,
)
from campaigns.importers.rows import FlightCells

WITHOUT_CAMPAIGN = "Without campaign"


def plan_flight(context: Context, draft: RowDraft, post: PlannedPost, code: PlannedCode | None) -> None:
    """The flight of the row and the use of its code, if it speaks of them."""
    cells = draft.values.flight
    account = _ad_account(context, draft)
    if draft.values.code.status == "applied" and code is not None:
        _plan_use(context, draft, code, account)
    if not cells.stated:
        _keep_loose_cells(draft, account)
        return
    owner = _owner(context, draft)
    buyer = owner if isinstance(owner, User) else None
    flight = _on_file(post, cells, buyer)
    start = cells.start or (flight.starts_on if flight else None)
    if cells.end is not None and start is None:
        draft.say(Field.FLIGHT_START, Problem.BAD_DATE, "The flight has an end but no start.")
        return
    if cells.end is not None and start is not None and cells.end < start and cells.start is None:
        draft.say(Field.FLIGHT_END, Problem.END_BEFORE_START, "The flight ends before it starts.")
        return
    planned = flight or PlannedFlight(post, context.campaign(cells.campaign or WITHOUT_CAMPAIGN), None)

    def keep() -> None:
        planned.starts_on = start
        planned.ends_on = cells.end or planned.ends_on
        planned.daily_spend = cells.daily_spend if cells.daily_spend is not None else planned.daily_spend
        planned.buyer = buyer or planned.buyer
        if isinstance(owner, Invitation) and not (planned.buyer or (planned.row and planned.row.buyer_id)):
            planned.buyer_invited = owner
        planned.ad_account = account or planned.ad_account
        if planned not in post.flights:
            post.flights.append(planned)
        if flight is None and not cells.campaign:
            context.plan.invented_campaign = True

    draft.steps.append(keep)
    draft.things += [(Kind.CAMPAIGNS, planned.campaign), (Kind.FLIGHTS, planned)]


def _on_file(post: PlannedPost, cells: FlightCells, buyer: User | None) -> PlannedFlight | None:
    """The flight that the row means: same campaign and start; one not yet planned is planned by a row with a start."""
    name = fold_title(cells.campaign)
    there = [flight for flight in post.flights if not name or _is_called(flight.campaign, name)]
    if cells.start is None:
        # A row without dates only says that the post is in the campaign.
        return _best([flight for flight in there if flight.starts_on is None] or there, cells, buyer)
    same_start = [flight for flight in there if flight.starts_on == cells.start]
    return _best(same_start or [flight for flight in there if flight.starts_on is None], cells, buyer)


def _is_called(campaign: PlannedCampaign, folded: str) -> bool:
    return fold_title(campaign.name) == folded


def _best(flights: list[PlannedFlight], cells: FlightCells, buyer: User | None) -> PlannedFlight | None:
    """The one that is most like the row; the first of equals."""

    def likeness(flight: PlannedFlight) -> int:
        there = flight.buyer or (flight.row.buyer if flight.row else None)
        return (
            4 * (flight.ends_on == cells.end)
            + 2 * (flight.daily_spend == cells.daily_spend)
            + (there == buyer)
        )

    return max(flights, key=likeness) if flights else None


def _owner(context: Context, draft: RowDraft) -> User | Invitation | None:
    """Whom the row names: as somebody said or says now, else the member of this e-mail or name."""
    said = draft.values.flight.buyer
    if not said:
        return None
    on_file = context.on_file
    owner = (
        on_file.owners.get(fold_title(said))
        or on_file.members.get(said.lower())
        or on_file.members.get(fold_title(said))
    )
    if owner is None:
        context.plan.unknown_owners[said] += 1
        draft.say(
            Field.BUYER,
            Problem.UNKNOWN_OWNER,
            f"“{said}” is nobody's e-mail or full name in this brand: no buyer is set.",
        )
    return owner


def _ad_account(context: Context, draft: RowDraft) -> AdAccount | None:
    said = draft.values.flight.ad_account
    if not said:
        return None
    account = context.on_file.ad_accounts.get(said) or context.on_file.ad_accounts.get(fold_title(said))
    if account is None:
        _note(draft, Field.AD_ACCOUNT, said, "The brand has no ad account of this name or id.")
    return account


def _plan_use(context: Context, draft: RowDraft, code: PlannedCode, account: AdAccount | None) -> None:
    """The code is in use; if it is known where, a sheet that does not say it adds nothing."""
    accounts = context.on_file.uses.get(code.row.pk, set()) if code.row else set()
    key = account.pk if account else None
    on_file = key in accounts or (account is None and bool(accounts))
    use = context.use(code, account, on_file=on_file)
    draft.things.append((Kind.CODE_USES, use))


def _keep_loose_cells(draft: RowDraft, account: AdAccount | None) -> None:
    """The row has no flight to hang these on."""
    cells = draft.values.flight
    used = draft.values.code.status == "applied"
    for field, text in (
        (Field.BUYER, cells.buyer),
        (Field.DAILY_SPEND, str(cells.daily_spend) if cells.daily_spend is not None else ""),
        (Field.AD_ACCOUNT, cells.ad_account if account is not None and not used else ""),
    ):
        if text:
            _note(draft, field, text, "The row speaks of no flight.")


def _note(draft: RowDraft, field: Field, text: str, why: str) -> None:
    draft.values.post.extras[draft.columns.get(field) or field] = text
    draft.say(field, Problem.KEPT_AS_NOTE, f"{why} It is kept in the notes of the post.")
