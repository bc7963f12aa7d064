"""``{% load board %}``: the lines of a section."""

from collections.abc import Iterator

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from campaigns.drawing import flight_element, idle_element
from campaigns.queries.board import BoardSection
from campaigns.queries.lines import BoardLine
from campaigns.templatetags.flights import times_of
from sparktrack.core.wording import TimeWords

register = template.Library()


@register.simple_tag(takes_context=True)
def lines_of(context: Context, section: BoardSection, slug: str) -> SafeString:
    """``{% lines_of section slug %}``: every line of a section of the board of the brand ``slug``."""
    zones: dict[str, TimeWords] = {}

    def elements() -> Iterator[tuple[SafeString]]:
        for line in section.lines:
            if line.zone not in zones:
                zones[line.zone] = times_of(context, line.zone)
            times, address = zones[line.zone], reverse("post", args=[slug, line.post_id])
            if isinstance(line, BoardLine):
                yield (flight_element(line, address, times),)
            else:
                yield (idle_element(line, address, times),)

    return format_html_join("", "{}", elements())
