"""``{% load reports %}``: figures, their rows and their picture."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sparktrack.core.tabular import Value
from sparktrack.core.wording import weekday
from workplace.enums import Figure
from workplace.reports_words import FigureWords, Line
from workplace.rules.reports import Split, days

register = template.Library()


@register.simple_tag(takes_context=True)
def period_query(context: Context, figure: Figure | None = None) -> str:
    """``{% period_query figure.name %}``: the address of this period, with the rows behind a figure."""
    preset, period = context["preset"], context["period"]
    asked = {"period": preset.value} if preset else {"from": period.first, "to": period.last}
    if figure is not None:
        asked["figure"] = figure.value
    return f"?{urlencode(asked)}"


@register.simple_tag
def split_bar(split: Split) -> str:
    """What became of the planned days as one bar, with a sentence for those who do not see it."""
    if not split.planned:
        return ""
    parts = (
        ("r", split.covered, "could run"),
        ("g", split.lost_in_all, "lost"),
        ("w", split.unpermitted_in_all, "without rights"),
    )
    x, pieces = 0.0, []
    for kind, length, _ in parts:
        width = 100 * (length / split.planned)
        if width:
            pieces.append((kind, f"{x:.3f}", f"{width:.3f}"))
        x += width
    sentence = ", ".join(f"{days(length)} days {what}" for _, length, what in parts)
    rects = format_html_join("", '<rect class="{}" x="{}%" width="{}%"/>', pieces)
    return format_html(
        '<svg class="strip" role="img" aria-label="Of {} planned days: {}."><g>{}</g></svg>',
        days(split.planned),
        sentence,
        rects,
    )


@register.simple_tag(takes_context=True)
def figure_rows(context: Context, figure: FigureWords) -> SafeString:
    """The shown rows of a figure; the first cell leads to what it is about."""
    slug = context["request"].brand.slug
    return format_html_join("", "<tr>{}</tr>", ((_cells(line, slug),) for line in figure.shown))


def _cells(line: Line, slug: str) -> SafeString:
    name, *rest = line.cells
    first = format_html('<a href="{}">{}</a>', reverse(line.page, args=[slug, line.about]), name)
    cells = format_html_join("", "{}", ((_cell(value),) for value in rest))
    return format_html('<th scope="row">{}</th>{}', first, cells)


def _cell(value: Value) -> SafeString:
    if isinstance(value, bool):
        return format_html("<td>{}</td>", "yes" if value else "no")
    if isinstance(value, int | Decimal):
        return format_html('<td class="number">{}</td>', f"{value:,}")
    if isinstance(value, date):
        return format_html('<td><time datetime="{}">{}</time></td>', value.isoformat(), weekday(value))
    return format_html("<td>{}</td>", "–" if value is None else value)


@register.filter
def is_number(figure: FigureWords, column: int) -> bool:
    """Whether a column of a figure holds numbers."""
    values = [line.cells[column] for line in figure.shown]
    return any(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)
