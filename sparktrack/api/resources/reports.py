"""``reports``: what came of a period, in figures, and the rows behind each. The page's query, the page's numbers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.urls import URLPattern, path
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.enums import Reason
from brands.rules import Action
from sparktrack.api.fields import as_instant
from sparktrack.api.reading import (
    MOST_LIMIT,
    USUAL_LIMIT,
    next_page,
    read_limit,
    read_place,
    refuse_unknown,
)
from sparktrack.api.resource import BrandView
from sparktrack.api.resources.reports_shapes import (
    EXAMPLES,
    ActivatedRow,
    AskedRow,
    BurntRow,
    LostRow,
    RenewalRow,
    ReportAnswer,
    UnpermittedRow,
    UnusedRow,
)
from sparktrack.core.days import last_full_day, local_date
from workplace.enums import Figure
from workplace.forms.reports import ReportForm
from workplace.queries.reports import Found, PostName, RightLine, report
from workplace.queries.reports import money as by_currency
from workplace.reports_words import report_words, spent
from workplace.rules.reports import Preset, middle, row_days, total

_PERIOD = ("period", "from", "to")
Row = dict[str, Any]

_OF_PERIOD = [
    OpenApiParameter(
        "period",
        {"type": "string", "enum": [preset.value for preset in Preset]},
        description="By its name; without any of these: this month so far.",
    ),
    OpenApiParameter("from", {"type": "string", "format": "date"}, description="Its first day."),
    OpenApiParameter(
        "to", {"type": "string", "format": "date"}, description="Its last day: 366 days at most."
    ),
]
_OF_ROWS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT},
        description="Rows of a page.",
    ),
    OpenApiParameter("cursor", str, description="Where the page begins: from `next`."),
]


class ReportView(BrandView):
    """A view of what came of a period."""

    @property
    def with_fees(self) -> bool:
        """Whether the caller may read fees."""
        return Action.READ_FEES in self.request.allowed

    def found(self) -> Found:
        """The rows of the period that was asked for. Raises ValidationError."""
        query = {name: text for name, text in self.request.query_params.items() if name in _PERIOD}
        if empty := [name for name, text in query.items() if not text]:
            raise ValidationError({f"?{name}": ["Nothing is said here: leave it out."] for name in empty})
        if "period" in query and len(query) > 1:
            raise ValidationError({"?period": ["Say either the period or its days."]})
        brand, now = self.request.brand, self.request.now
        form = ReportForm(query, brand=brand, today=local_date(now, brand.time_zone))
        if not form.is_valid():
            raise ValidationError(
                {f"?{name}": [str(each) for each in errors] for name, errors in form.errors.items()}
            )
        return report(brand, form.chosen, now=now)


class Reports(ReportView):
    """The figures."""

    @extend_schema(responses={200: ReportAnswer}, parameters=_OF_PERIOD)
    def get(self, request: Request) -> Response:
        """What came of a period, in figures with their definitions."""
        refuse_unknown(request.query_params, _PERIOD)
        found = self.found()
        answer: Row = {
            "first": found.period.first,
            "last": found.period.last,
            "time_zone": found.period.zone,
            "counted_until": as_instant(found.until),
        }
        numbers = _numbers(found, with_fees=self.with_fees)
        for words in report_words(found, with_fees=self.with_fees).figures:
            told = {"title": words.title, "definition": words.definition, **numbers[words.name]}
            answer[words.name.value.replace("-", "_")] = told
        return Response(answer)


class FigureRows(ReportView):
    """The rows behind one figure. ``rows``: made of the report, with fees or without."""

    rows: ClassVar[Callable[..., Iterable[Row]]]

    def get(self, request: Request) -> Response:
        """The rows behind this figure, in the order of the page, a page of them."""
        query = request.query_params
        refuse_unknown(query, (*_PERIOD, "limit", "cursor"))
        limit, start = read_limit(query), read_place(query.get("cursor", "0"))
        found = self.found()
        rows = list(type(self).rows(found, with_fees=self.with_fees))
        behind = start + limit
        further = str(behind) if len(rows) > behind else ""
        days = {"from": found.period.first, "to": found.period.last, "period": None}
        return Response({"results": rows[start:behind], "next": next_page(self.request, further, **days)})


# --- Numbers ------------------------------------------------------------------------------------------------------
def _days(length: timedelta | None) -> float | None:
    return None if length is None else float(row_days(length))


def _reasons(lengths: Mapping[Reason, timedelta]) -> list[Row]:
    ordered = sorted(lengths.items(), key=lambda item: (-item[1], item[0]))
    return [{"reason": reason.value, "days": _days(length)} for reason, length in ordered]


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _money(sums: Mapping[str, Decimal]) -> list[Row]:
    return [{"currency": currency, "amount": _amount(amount)} for currency, amount in sums.items()]


def _fees(found: Found, rights: Iterable[RightLine]) -> list[Row]:
    return _money(by_currency((found.brand.currency, right.fee) for right in rights))


def _numbers(found: Found, *, with_fees: bool) -> dict[Figure, Row]:
    """The numbers of each figure."""
    answers = [each.answer for each in found.asked if each.answer is not None]
    burnt = [each.burnt.length for each in found.burnt]
    whole = total(flown.split for flown in found.flown)
    hit = [flown for flown in found.flown if flown.split.unpermitted]
    return {
        Figure.ACTIVATED: {"posts": len(found.activated)},
        Figure.ASKED: {
            "asked": len(found.asked),
            "answered": len(answers),
            "median_days": _days(middle(answers)),
            "generated": found.generated,
        },
        Figure.BURNT: {
            "codes": len(burnt),
            "days": _days(sum(burnt, timedelta())),
            "median_days": _days(middle(burnt)),
            "unused": sum(each.burnt.is_unused for each in found.burnt),
        },
        Figure.LOST: {
            "planned_days": _days(whole.planned),
            "days": _days(whole.lost_in_all),
            "reasons": _reasons(whole.lost),
        },
        Figure.UNPERMITTED: {
            "flights": len(hit),
            "days": _days(whole.unpermitted_in_all),
            "reasons": _reasons(whole.unpermitted),
            "money": _money(by_currency((flown.currency, spent(flown)) for flown in hit)),
        },
        Figure.UNUSED: {"rights": len(found.unused), "fees": _fees(found, found.unused)},
        Figure.RENEWALS: {
            "rights": len(found.coming),
            "needed": sum(right.is_needed for right in found.coming),
            **({"fees": _fees(found, found.coming)} if with_fees else {}),
        },
    }


# --- Rows ---------------------------------------------------------------------------------------------------------
def _post(post: PostName) -> Row:
    return {"post": str(post.pk), "title": post.title, "handle": post.handle}


def _activated(found: Found, **_: Any) -> Iterable[Row]:
    for each in found.activated:
        yield {**_post(each.post), "first_ran_at": as_instant(each.at)}


def _asked(found: Found, **_: Any) -> Iterable[Row]:
    for each in found.asked:
        yield {
            **_post(each.post),
            "asked_at": as_instant(each.asked_at),
            "window_days": each.window_days,
            "answered_at": each.answered_at and as_instant(each.answered_at),
            "days": _days(each.answer),
        }


def _burnt(found: Found, **_: Any) -> Iterable[Row]:
    for each in found.burnt:
        yield {
            **_post(each.post),
            "generated_at": as_instant(each.starts_at),
            "first_used_at": None if each.burnt.is_unused else as_instant(each.burnt.at),
            "ends_at": as_instant(each.ends_at),
            "days": _days(each.burnt.length),
        }


def _lost(found: Found, **_: Any) -> Iterable[Row]:
    for flown in found.flown:
        for reason, length in flown.split.lost.items():
            yield {
                **_post(flown.post),
                "campaign": flown.campaign,
                "planned_days": _days(flown.split.planned),
                "reason": reason.value,
                "days": _days(length),
            }


def _unpermitted(found: Found, **_: Any) -> Iterable[Row]:
    for flown in found.flown:
        if flown.split.unpermitted:
            yield {
                **_post(flown.post),
                "campaign": flown.campaign,
                "reasons": [reason.value for reason in flown.split.unpermitted],
                "days": _days(flown.split.unpermitted_in_all),
                "money": _amount(spent(flown)),
                "currency": flown.currency,
                "run_anyway": flown.run_anyway,
            }


def _right(found: Found, right: RightLine, *, with_fees: bool) -> Row:
    zone = found.period.zone
    return {
        "right": str(right.pk),
        "name": right.name,
        "first_day": local_date(right.starts_at, zone),
        "last_day": None if right.ends_at is None else last_full_day(right.ends_at, zone),
        **({"fee": _amount(right.fee), "currency": found.brand.currency} if with_fees else {}),
    }


def _unused(found: Found, *, with_fees: bool) -> Iterable[Row]:
    return (_right(found, right, with_fees=with_fees) for right in found.unused)


def _renewals(found: Found, *, with_fees: bool) -> Iterable[Row]:
    for right in found.coming:
        yield {**_right(found, right, with_fees=with_fees), "needed": right.is_needed}


_FIGURES: Sequence[tuple[Figure, type[serializers.Serializer[Any]], Callable[..., Iterable[Row]]]] = (
    (Figure.ACTIVATED, ActivatedRow, _activated),
    (Figure.ASKED, AskedRow, _asked),
    (Figure.BURNT, BurntRow, _burnt),
    (Figure.LOST, LostRow, _lost),
    (Figure.UNPERMITTED, UnpermittedRow, _unpermitted),
    (Figure.UNUSED, UnusedRow, _unused),
    (Figure.RENEWALS, RenewalRow, _renewals),
)


def _address(
    figure: Figure, shape: type[serializers.Serializer[Any]], rows: Callable[..., Iterable[Row]]
) -> URLPattern:
    """The address of the rows of a figure, with a view of its own in the document."""
    name = shape.__name__
    needs = {"get": Action.READ_FEES} if figure is Figure.UNUSED else {}
    views = type(f"{name}s", (FigureRows,), {"rows": staticmethod(rows), "needs": needs})
    url = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    page = inline_serializer(f"{name}sPage", {"results": shape(many=True), "next": url})
    example = OpenApiExample(
        "One row", {"results": [EXAMPLES[figure.value]], "next": None}, response_only=True
    )
    stated = extend_schema(
        operation_id=f"reports_{figure.value.replace('-', '_')}",
        responses={200: page},
        parameters=[*_OF_PERIOD, *_OF_ROWS],
        examples=[example],
    )
    shown: type[FigureRows] = extend_schema_view(get=stated)(views)
    return path(f"reports/{figure.value}", shown.as_view(), name=f"api-reports-{figure.value}")


urlpatterns = [
    path("reports", Reports.as_view(), name="api-reports"),
    *(_address(*each) for each in _FIGURES),
]
