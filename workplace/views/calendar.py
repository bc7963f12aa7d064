"""The calendar of a brand: a month on the wall, or its agenda."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from brands.models import Brand
from sparktrack.core.clock import utc_now
from sparktrack.core.days import local_date
from workplace.calendar_words import summary
from workplace.forms.calendar import CalendarFilter
from workplace.queries.calendar import month_events
from workplace.queries.peaks import Peak, peaks_of, usual_peak
from workplace.rules.calendar import MOST_MONTHS_AWAY, Month, agenda_page, month_days

_PARAMETERS = frozenset(CalendarFilter.base_filters)


@require_safe
@brand_view()
def show_calendar(request: BrandRequest) -> HttpResponse:
    """What lapses, starts, ends and is due in a month; ``view=agenda`` as a list, page by page, or
    of one ``day``. Times and today as the reader's."""
    now, zone = utc_now(), viewer_zone(request)
    today = local_date(now, zone)
    chosen = CalendarFilter(request.GET, brand=request.brand)
    context: dict[str, Any] = {
        "filter": chosen,
        "now": now,
        "zone": zone,
        "problem": "",
        "this_month": Month.of(today),
    }
    unknown = sorted(set(request.GET) - _PARAMETERS)
    if unknown:
        context["problem"] = f"There is no filter called {unknown[0]}."
    elif chosen.is_valid():
        values = chosen.form.cleaned_data
        day = values["day"]
        month: Month = Month.of(day) if day else values["month"] or Month.of(today)
        peaks = _peaks(request.brand, month)
        found = month_events(chosen.asked, month, viewer_zone=zone, now=now)
        weeks = month_days(
            month, found.events, today=today, peaks=[(peak.first, peak.last) for peak in peaks]
        )
        context |= {
            "month": month,
            "weeks": weeks,
            "agenda": agenda_page(weeks, today=today, only=day, number=values["page"]),
            "day": day,
            "peaks": peaks,
            "found": found,
            "today": today,
            "is_agenda": values["view"] == "agenda" or day is not None,
            "summary": summary(found.events, today=today),
            "previous": _near(month.plus(-1), today=Month.of(today)),
            "following": _near(month.plus(1), today=Month.of(today)),
        }
    status = 200 if "month" in context else 400
    return render(request, "workplace/calendar/page.html", context, status=status)


def _peaks(brand: Brand, month: Month) -> list[Peak]:
    """The peaks that lie in the month, if only in part: those that the brand keeps, and the week of Black Friday."""
    peaks = peaks_of(brand, usual_peak(month.first))
    return [peak for peak in peaks if peak.first <= month.last and peak.last >= month.first]


def _near(month: Month, *, today: Month) -> Month | None:
    """A month that is offered: the pages behind links come to an end."""
    return month if month.away_from(today) <= MOST_MONTHS_AWAY else None
