"""Reports of a brand: what came of a period, on the page, on paper and as CSV."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from brands.rules import Action
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from workplace.exporting import csv_answer
from workplace.forms.reports import PRESETS, ReportForm
from workplace.queries.reports import report
from workplace.reports_words import ReportWords, report_words


@require_safe
@brand_view()
def show_reports(request: BrandRequest) -> HttpResponse:
    """The figures of a period; with ``figure`` the rows behind one of them."""
    now = utc_now()
    form = _form(request, now)
    context: dict[str, Any] = {"form": form, "presets": PRESETS, "now": now, "zone": viewer_zone(request)}
    if form.is_valid():
        words = _words(request, form, now)
        context |= {
            "report": words,
            "period": form.chosen,
            "preset": form.preset,
            "figure": words.figure(form.figure_shown) if form.figure_shown else None,
        }
    status = HTTPStatus.OK if "report" in context else HTTPStatus.BAD_REQUEST
    return render(request, "workplace/reports/page.html", context, status=status)


@require_safe
@brand_view()
def reports_csv(request: BrandRequest) -> HttpResponseBase:
    """The figures with their definitions; with ``figure`` all rows behind one of them."""
    now = utc_now()
    form = _form(request, now)
    if not form.is_valid():
        problems = [problem for problems in form.errors.values() for problem in problems]
        return HttpResponse(" ".join(map(str, problems)), "text/plain", HTTPStatus.BAD_REQUEST)
    words, period = _words(request, form, now), form.chosen
    name = f"{request.brand.slug}-{period.first}-{period.last}"
    if form.figure_shown is None:
        rows = [(each.title, each.value, each.more, each.definition) for each in words.figures]
        return csv_answer(f"{name}.csv", ("Figure", "Value", "More", "What it counts"), rows)
    figure = words.figure(form.figure_shown)
    if figure is None:
        raise PermissionDenied("Fees are not for your role.")
    lines = (line.cells for line in figure.lines)
    return csv_answer(f"{name}-{figure.name}.csv", figure.header, lines)


def _form(request: BrandRequest, now: datetime) -> ReportForm:
    return ReportForm(request.GET, brand=request.brand, today=local_date(now, request.brand.time_zone))


def _words(request: BrandRequest, form: ReportForm, now: datetime) -> ReportWords:
    found = report(request.brand, form.chosen, now=now)
    return report_words(found, with_fees=Action.READ_FEES in request.allowed)
