"""From the cells of a row to what the row states (DOMAIN.md §4, §8). Pure: nothing is looked up."""

import re
from datetime import date
from typing import Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from authorizations.enums import CodeStatus, EndSource
from authorizations.windows import Term
from campaigns.importers.cells import RowCells, as_choice, clean_text, day_of, folded, one_line
from campaigns.importers.columns import REASON, Field
from campaigns.importers.messages import Problem
from campaigns.importers.rows import CodeCells, FlightCells, PostCells, RightCells, RowValues
from posts.enums import Lane, Stage, UseCase
from sparktrack.core.cells import Cell, cell_text, has_lost_digits, parse_count, parse_money, parse_yes_no
from sparktrack.core.dates import BadWindow, DateOrder, When, parse_window
from sparktrack.core.tabular import Header, Row
from sparktrack.tiktok.codes import MaskedCode, NoCode, clean_code
from sparktrack.tiktok.links import (
    BadHandle,
    BadLink,
    BadPostId,
    LinkKind,
    OtherPlatform,
    PostLink,
    parse_handle,
    parse_post_id,
    parse_post_link,
)

USED: Final = frozenset({"applied", "in_use", "live"})
_ACTIVE: Final = frozenset({CodeStatus.ACTIVE, CodeStatus.EXPIRING, CodeStatus.SCHEDULED})
_PERPETUAL: Final = frozenset("perpetual in_perpetuity perpetuity forever for_ever unlimited".split())
_NOT_STATED: Final = frozenset({"not_stated"})
_TEXTS: Final = (  # the texts of a post and how long they may be
    (Field.SKU, "sku", 60),
    (Field.PRODUCT, "product", 120),
    (Field.HOOK_ANGLE, "hook_angle", 120),
    (Field.OFFER, "offer", 200),
)
_OTHER_SCHEME: Final = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_MASK_MARK: Final = "…"
_LONGEST_MASK: Final = 5


class RowCleaner:
    """Reads the rows of one sheet; ``zone`` is the IANA zone of the brand."""

    def __init__(self, header: Header, *, order: DateOrder | None, zone: str) -> None:
        self._header = header
        self._order = order
        self._zone = zone
        self._columns = {mapped: header.names[index] for index, mapped in header.fields.items()}
        # A column without a name in words ("#") counts rows: as a note it would change with every sorting.
        self._unnamed = frozenset(
            name for name in header.unmapped if not any(map(str.isalnum, name)) or name == REASON
        )

    def clean(self, row: Row) -> RowValues:
        """What the row states, with all that is wrong with its cells."""
        cells = RowCells(self._header, self._columns, row, self._order)
        values = RowValues(row.number, messages=cells.messages)
        try:
            values.post = self._post(cells)
        except OtherPlatform as error:
            values.messages.clear()
            cells.say(Field.POST_URL, Problem.OTHER_PLATFORM, error.message)
            values.skipped = True
            return values
        values.handle = self._handle(cells, values)
        values.creator_name = values.creator_name or cells.short_text(Field.CREATOR_NAME, 120)
        values.creator_email = cells.parsed(Field.CREATOR_EMAIL, _email, "an e-mail address") or ""
        values.code = self._code(cells)
        values.right = self._right(cells)
        values.flight = self._flight(cells)
        extras = self._header.extras(row.cells)
        for name in self._unnamed & extras.keys():
            del extras[name]
        values.post.extras = {one_line(name): one_line(clean_text(text)) for name, text in extras.items()}
        values.post.extras |= cells.notes
        return values

    def _handle(self, cells: RowCells, values: RowValues) -> str:
        cell = cells.raw(Field.HANDLE)
        if cell_text(cell) == "":
            return ""
        try:
            return parse_handle(cell)
        except (BadHandle, OtherPlatform) as error:
            link = values.post.link
            if cells.given(Field.HANDLE) is None:
                return ""
            if link is None or not link.handle:
                cells.say(Field.HANDLE, Problem.MISSING_HANDLE, error.message)
            elif isinstance(error, BadHandle) and not cells.text(Field.CREATOR_NAME):
                # A column "Creator" often holds names of people; the link says the handle.
                values.creator_name = cells.short_text(Field.HANDLE, 120)
            else:
                cells.keep(Field.HANDLE, "This is not a TikTok handle.")
        return ""

    def _post(self, cells: RowCells) -> PostCells:
        """Raises OtherPlatform."""
        post = PostCells(
            link=_link(cells), title=cells.short_text(Field.TITLE, 200), posted=cells.date(Field.POSTED_AT)
        )
        post.post_id = _post_id(cells, post.link)
        post.notes = cells.text(Field.NOTES)
        for field, name, longest in _TEXTS:
            if text := cells.short_text(field, longest):
                post.details[name] = text
        if page := cells.short_text(Field.LANDING_PAGE, 500):
            if _OTHER_SCHEME.match(page):
                cells.keep(Field.LANDING_PAGE, "This is not the address of a page.")
            else:
                post.details["landing_page"] = page
        if use_case := cells.parsed(
            Field.USE_CASE, lambda cell: as_choice(UseCase, cell_text(cell)), "a known use case"
        ):
            post.details["use_case"] = use_case.value
        if lane := cells.parsed(Field.LANE, lambda cell: as_choice(Lane, cell_text(cell)), "a known lane"):
            post.details["lane"] = lane.value
        post.stage = (
            cells.parsed(Field.STAGE, lambda cell: as_choice(Stage, cell_text(cell)), "a known stage") or ""
        )
        post.numbers = _numbers(cells)
        return post

    def _code(self, cells: RowCells) -> CodeCells:
        code = CodeCells(
            start=cells.date(Field.STARTS_AT),
            days=_days(cells),
            end=cells.date(Field.EXPIRES_AT),
            source=cells.parsed(
                Field.SOURCE, lambda cell: as_choice(EndSource, cell_text(cell)), "a known source"
            ),
            revoked=cells.date(Field.REVOKED_AT),
        )
        cell = cells.raw(Field.CODE)
        text = cell_text(cell)
        if text.startswith(_MASK_MARK) and 1 < len(text) <= _LONGEST_MASK:
            code.masked = text[1:]
        elif text:
            try:
                code.value = clean_code(cell)
            except MaskedCode as error:
                code.masked = error.ending
            except NoCode:
                pass
        if code.value is not None and code.value.odd:
            cells.say(
                Field.CODE,
                Problem.ODD_CODE,
                "This does not look like a code from TikTok; it is kept as it is.",
            )
        if code.start and code.end and self._ends_early(code.start, code.end):
            cells.say(Field.EXPIRES_AT, Problem.END_BEFORE_START, "The code ends before it starts.")
        code.status = _status(cells, has_code=code.value is not None)
        return code

    def _ends_early(self, start: When, end: When) -> bool:
        if start.instant is not None and end.instant is not None:
            return end.instant <= start.instant
        return day_of(end, self._zone) <= day_of(start, self._zone)

    def _right(self, cells: RowCells) -> RightCells:
        start = cells.date(Field.RIGHTS_START)
        right = RightCells(
            paid=cells.parsed(Field.PAID, parse_yes_no, "a yes or no"),
            start=day_of(start, self._zone) if start else None,
            end=self._right_end(cells),
        )
        if right.start and right.end and right.end.ends_on and right.end.ends_on < right.start:
            cells.say(Field.RIGHTS_END, Problem.END_BEFORE_START, "The rights end before they start.")
        if right.stated:
            right.fee = cells.parsed(Field.FEE, parse_money, "an amount of money")
            right.contract = cells.short_text(Field.CONTRACT, 120)
            right.territories = tuple(
                filter(None, map(str.strip, re.split(r"[,;/|\n]", cells.text(Field.TERRITORIES))))
            )
        else:
            for field in (Field.FEE, Field.CONTRACT, Field.TERRITORIES):
                if cells.given(field) is not None:
                    cells.keep(field, "The row speaks of no usage right.")
        return right

    def _right_end(self, cells: RowCells) -> Term | None:
        word = folded(cells.text(Field.RIGHTS_END))
        if word in _PERPETUAL:
            return Term(perpetual=True)
        if word in _NOT_STATED:
            return Term()
        end = cells.date(Field.RIGHTS_END)
        return Term(ends_on=day_of(end, self._zone)) if end else None

    def _flight(self, cells: RowCells) -> FlightCells:
        start, end = self._day(cells, Field.FLIGHT_START), self._day(cells, Field.FLIGHT_END)
        if start and end and end < start:
            cells.say(Field.FLIGHT_END, Problem.END_BEFORE_START, "The flight ends before it starts.")
        return FlightCells(
            campaign=cells.short_text(Field.CAMPAIGN, 120),
            start=start,
            end=end,
            daily_spend=cells.parsed(Field.DAILY_SPEND, parse_money, "an amount of money"),
            buyer=cells.short_text(Field.BUYER, 254) if cells.given(Field.BUYER) is not None else "",
            ad_account=cells.short_text(Field.AD_ACCOUNT, 120)
            if cells.given(Field.AD_ACCOUNT) is not None
            else "",
        )

    def _day(self, cells: RowCells, field: Field) -> date | None:
        when = cells.date(field)
        return day_of(when, self._zone) if when else None


def _link(cells: RowCells) -> PostLink | None:
    """The link of the row, None if there is none or it is refused. Raises OtherPlatform."""
    cell = cells.given(Field.POST_URL)
    if cell is None:
        return None
    if has_lost_digits(cell) or cell_text(cell).isdecimal():
        return _bare_id(cells, cell)
    try:
        link = parse_post_link(cell)
    except BadLink as error:
        cells.say(Field.POST_URL, Problem.BAD_URL, error.message)
        return None
    if link.kind is LinkKind.SHORT:
        cells.say(
            Field.POST_URL,
            Problem.SHORT_LINK,
            "A short link does not tell the post: put in the long link when you can.",
        )
    return link


def _bare_id(cells: RowCells, cell: Cell) -> PostLink | None:
    try:
        return PostLink(LinkKind.VIDEO, "", parse_post_id(cell))
    except BadPostId as error:
        cells.say(Field.POST_URL, Problem.BAD_URL, error.message)
        return None


def _post_id(cells: RowCells, link: PostLink | None) -> str:
    """The id of the post: the link's, else that of the column; both must be one."""
    cell = cells.given(Field.POST_ID)
    linked = link.post_id if link else ""
    if cell is None or (linked and has_lost_digits(cell)):
        return linked
    try:
        stated = parse_post_id(cell)
    except BadPostId as error:
        cells.say(Field.POST_ID, Problem.BAD_URL, error.message)
        return linked
    if linked and linked != stated:
        cells.say(Field.POST_ID, Problem.BAD_URL, "The link and the post id name two different posts.")
    return linked or stated


def _days(cells: RowCells) -> int | None:
    cell = cells.given(Field.WINDOW_DAYS)
    if cell is None:
        return None
    try:
        return parse_window(cell)
    except BadWindow as error:
        cells.say(Field.WINDOW_DAYS, Problem.BAD_WINDOW, error.message)
        return None


def _numbers(cells: RowCells) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for field in (Field.VIEWS, Field.LIKES, Field.COMMENTS):
        if field is Field.COMMENTS and not any(map(str.isdecimal, cells.text(field))):
            if text := cells.text(field):  # what people said, not how many did
                cells.notes[cells.column(field)] = one_line(text)
        elif (count := cells.parsed(field, parse_count, "a count")) is not None:
            numbers[field.value] = count
    return numbers


def _status(cells: RowCells, *, has_code: bool) -> str:
    """What the status says of the code; a word that says nothing of it goes to the notes, without a warning."""
    word = folded(cells.text(Field.STATUS))
    if not word:
        return ""
    if has_code and (word in USED or word == CodeStatus.REVOKED):
        return "applied" if word in USED else "revoked"
    if has_code and word == CodeStatus.REJECTED:
        return "rejected"
    if word in set(CodeStatus):
        return "active" if word in _ACTIVE else ""  # derived states, as our own export says them
    cells.notes[cells.column(Field.STATUS)] = one_line(cells.text(Field.STATUS))
    return ""


def _email(cell: Cell) -> str | None:
    text = cell_text(cell).removeprefix("mailto:")
    try:
        validate_email(text)
    except ValidationError:
        return None
    return text if len(text) <= 254 else None
