"""The list of codes: how each stands, until when, who says so, and where it is in use."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from authorizations.enums import CodeStatus, EndSource
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import Extension, extend_codes
from authorizations.rules import PRESET_DAYS
from brands.access import BrandRequest, brand_view
from brands.models import AdAccount
from brands.rules import Action
from campaigns.drawing import pieces_of
from campaigns.filters import HandleFilter, PlainSelect
from campaigns.phrases import CODE_TONES, SOURCES
from campaigns.pictures import flight_strip
from sparktrack.core.clock import utc_now
from sparktrack.core.days import first_instant
from sparktrack.core.models import choices, words
from sparktrack.core.wording import count, utc_clock
from workplace.enums import Place
from workplace.lists.columns import Cell, Column, Look
from workplace.lists.filters import DayFilter, ListFilter
from workplace.lists.keys import Sort, as_instant
from workplace.lists.pages import BulkAction, BulkForm, ListPage
from workplace.lists.serving import show_list
from workplace.queries.codes import CodeLine, code_lines, codes_of, matching, with_status
from workplace.undoing import actor_of_change, say_done

NOWHERE = "none"


class EndingField(forms.CharField):
    """The last characters of a code, as lists show them. More is refused: a whole code has no place in an address."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        super().__init__(max_length=6, **kwargs)

    def clean(self, value: Any) -> str:
        """The last four characters."""
        text: str = super().clean(value)
        return text.strip(" …").removeprefix("...")[-4:]


class EndingFilter(django_filters.CharFilter):
    """The ending of a code."""

    field_class = EndingField


class CodeFilter(ListFilter):
    """What the list of codes can be narrowed by."""

    status = django_filters.ChoiceFilter(
        method="in_status", choices=choices(CodeStatus), label="Status", empty_label="Any", widget=PlainSelect
    )
    expires_before = DayFilter(method="ends_before", label="Ends before")
    applied_to = django_filters.ChoiceFilter(
        method="in_account", label="Applied to", empty_label="Any", widget=PlainSelect
    )
    creator = HandleFilter(field_name="post__creator__handle", label="Creator")
    ending = EndingFilter(field_name="ending", label="Code ending")
    source = django_filters.ChoiceFilter(
        field_name="end_source",
        choices=[(source.value, said[0].upper() + said[1:]) for source, said in SOURCES.items()],
        label="Who says the end",
        empty_label="Any",
        widget=PlainSelect,
    )

    post = django_filters.UUIDFilter(field_name="post", label="Post")

    scripts = (*ListFilter.scripts, "post")

    class Meta:
        model = AuthorizationCode
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = utc_now()
        accounts = AdAccount.objects.for_brand(self.brand).order_by("name").values_list("pk", "name")
        self.filters["applied_to"].extra["choices"] = [
            (NOWHERE, "Not applied yet"),
            *((str(pk), name) for pk, name in accounts),
        ]

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the post's title or the handle, or the ending or the post id."""
        return matching(rows, value)

    def in_status(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that have this status now."""
        days = self.brand.expiring_days
        return with_status(rows, CodeStatus(value), now=self.now, expiring_days=days)

    def ends_before(self, rows: QuerySet[Any], _name: str, value: date) -> QuerySet[Any]:
        """Those that have ended, or were revoked, when this day begins for the brand."""
        return rows.filter(end_at__lte=first_instant(value, self.brand.time_zone))

    def in_account(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Those that are in use in this account, or nowhere."""
        if value == NOWHERE:
            return rows.filter(uses__isnull=True)
        return rows.filter(uses__ad_account=value)


# --- Columns ---------------------------------------------------------------------------------------------------------
def _code(line: CodeLine, look: Look) -> SafeString:
    return format_html(
        '<a href="{}#code-{}">code ending {}</a><small>{}, @{}</small>',
        reverse("post", args=[look.brand.slug, line.code.post_id]),
        line.pk,
        line.code.ending,
        line.code.post,
        line.code.post.creator.handle,
    )


def _status(line: CodeLine, look: Look) -> SafeString:
    times = look.times()
    left = {
        CodeStatus.SCHEDULED: f"starts in {times.left(line.code.starts_at)}",
        CodeStatus.EXPIRING: f"{times.left(line.ends_at)} left",
        CodeStatus.ACTIVE: f"{times.left(line.ends_at)} left",
        CodeStatus.EXPIRED: f"for {times.passed(line.ends_at)}",
        CodeStatus.REVOKED: f"for {times.passed(line.ends_at)}",
        CodeStatus.REJECTED: line.code.rejected_error,
    }[line.status]
    tone = CODE_TONES[line.status]
    return format_html('<span class="mark {}">{}</span><small>{}</small>', tone, words(line.status), left)


def _picture(line: CodeLine, look: Look) -> SafeString:
    """The window: what is over, what is left, and now; grey where it does not count."""
    times, code = look.times(), line.code
    counts = line.status is not CodeStatus.REJECTED and line.ends_at > code.starts_at
    end = line.ends_at if counts else code.expires_at
    picture = flight_strip(starts_at=code.starts_at, ends_at=end, now=look.now, gaps=(), judged=counts)
    begins, ends = times.short_day(code.starts_at), times.short_end(end)
    now = "" if picture.now is None else format_html('<rect class="n" x="{}%"/>', f"{picture.now:g}")
    return format_html(
        '<svg class="strip" role="img" aria-label="{}"><g>{}</g>{}</svg><small>from {}</small>',
        f"{begins} to {ends}",
        pieces_of(picture.pieces),
        now,
        f"about {begins}" if code.start_assumed else begins,
    )


def _ends(line: CodeLine, look: Look) -> SafeString:
    """The end, in words of few bytes, for there are many; who says so, and how long ago somebody looked."""
    times, end, code = look.times(), line.ends_at, line.code
    about = "about " if code.start_assumed and code.end_source == EndSource.ASSUMED else ""
    if times.begins_a_day(end):
        said = format_html("{}{}", about, times.last_day(end))
    else:
        said = format_html('{}<span title="{}">{}</span>', about, utc_clock(end), times.clock(end))
    checked = f", {times.passed(code.last_checked_at)} ago" if code.last_checked_at else ""
    return format_html("{}<small>{}{}</small>", said, SOURCES[EndSource(code.end_source)], checked)


def _checked(line: CodeLine, look: Look) -> str:
    checked = line.code.last_checked_at
    return f"{look.times().passed(checked)} ago" if checked else "never"


def _applied(line: CodeLine, _look: Look) -> str:
    return ", ".join(line.accounts) or "not yet"


_NEXT = {
    CodeStatus.REJECTED: ("verify-code", "Check again", Action.CORRECT_CODES),
    CodeStatus.REVOKED: ("unrevoke-code", "Take back", Action.WRITE_CODES),
}
_EXTEND = ("extend-code", "Extend", Action.WRITE_CODES)


def _next(line: CodeLine, look: Look) -> SafeString | str:
    """What is most often said of a code that stands like this; the rest is on the post page."""
    route, label, needs = _NEXT.get(line.status, _EXTEND)
    if needs not in look.allowed:
        return ""
    address = reverse(route, args=[look.brand.slug, line.pk])
    return format_html(
        '<a href="{}">{}<span class="hidden">: code ending {}</span></a>', address, label, line.code.ending
    )


def _window_cells(_look: Look) -> Sequence[Cell[CodeLine]]:
    return [
        ("Starts", lambda line, _: line.code.starts_at),
        ("Days", lambda line, _: line.code.window_days),
    ]


COLUMNS: tuple[Column[CodeLine], ...] = (
    Column(
        key="code",
        label="Code",
        draw=_code,
        text=lambda line, _: f"…{line.code.ending}",
        sort="newest",
        lead=True,
    ),
    Column(
        key="post",
        label="Post",
        draw=lambda line, _: str(line.code.post),
        text=lambda line, _: str(line.code.post),
        usual=False,
    ),
    Column(key="status", label="Status", draw=_status, text=lambda line, _: words(line.status)),
    Column(key="window", label="Window", draw=_picture, cells=_window_cells),
    Column(key="ends", label="Ends", draw=_ends, text=lambda line, _: line.ends_at, sort="end"),
    Column(key="applied", label="Applied to", draw=_applied, text=lambda line, _: ", ".join(line.accounts)),
    Column(
        key="checked",
        label="Checked",
        draw=_checked,
        text=lambda line, _: line.code.last_checked_at,
        usual=False,
    ),
    Column(key="next", label="Change", draw=_next, text=lambda *_: "", needs=Action.WRITE_CODES, usual=False),
    Column(
        key="creator",
        label="Creator",
        draw=lambda line, _: f"@{line.code.post.creator.handle}",
        text=lambda line, _: line.code.post.creator.handle,
        usual=False,
        sort="creator",
    ),
    Column(
        key="source",
        label="Who says the end",
        draw=lambda line, _: SOURCES[EndSource(line.code.end_source)],
        usual=False,
    ),
    Column(
        key="days",
        label="Days",
        draw=lambda line, _: str(line.code.window_days),
        text=lambda line, _: line.code.window_days,
        number=True,
        usual=False,
    ),
    Column(
        key="added",
        label="On file since",
        draw=lambda line, look: look.times().day(line.code.created_at),
        text=lambda line, _: line.code.created_at,
        usual=False,
    ),
)

SORTS = (
    Sort(key="next", label="Ends next", field="next_end", parse=as_instant),
    Sort(key="end", label="End, earliest first", field="end_at", parse=as_instant),
    Sort(key="late", label="End, latest first", field="end_at", descending=True, parse=as_instant),
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="creator", label="Creator A–Z", field="post__creator__handle", folded=True),
)


# --- Many at once ----------------------------------------------------------------------------------------------------
class ExtendForm(BulkForm):
    """By how many days creators extended their codes."""

    days = forms.TypedChoiceField(
        label="By", choices=[(days, f"{days} days") for days in PRESET_DAYS], coerce=int, initial=30
    )


def _extend(request: BrandRequest, codes: Sequence[AuthorizationCode], values: Mapping[str, Any]) -> None:
    actor, now = actor_of_change(request), utc_now()
    longer = timedelta(days=values["days"])
    # A code that was refused or revoked, or would be over all the same, covers nothing by being longer.
    useful = [
        code
        for code in codes
        if code.rejected_at is None
        and (code.revoked_at is None or code.revoked_at > now)
        and code.expires_at + longer > now
    ]
    extensions = [Extension(code, days=values["days"]) for code in useful]
    changed = extend_codes(brand=request.brand, extensions=extensions, now=now, actor=actor)
    left = len(codes) - len(useful)
    rest = f" {count(left, 'code')} left out: revoked, refused or over for too long." if left else ""
    say_done(request, f"{count(len(changed), 'code')} extended by {values['days']} days.{rest}", actor)


CODES: ListPage[CodeLine] = ListPage(
    place=Place.CODES,
    route="codes",
    title="Codes",
    noun="code",
    columns=COLUMNS,
    sorts=SORTS,
    filters=CodeFilter,
    rows=codes_of,
    lines=code_lines,
    empty="workplace/codes/empty.html",
    bulk=(
        BulkAction(
            key="extend",
            label="Extended by the creators",
            needs=Action.WRITE_CODES,
            act=_extend,
            form=ExtendForm,
        ),
    ),
    template="workplace/codes/list.html",
)


@require_http_methods(["GET", "HEAD", "POST"])
@brand_view()
def codes(request: BrandRequest) -> HttpResponseBase:
    """All codes, narrowed and ordered as the address says; what is chosen for many of them."""
    return show_list(request, CODES)
