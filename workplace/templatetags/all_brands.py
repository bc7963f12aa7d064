"""``{% load all_brands %}``: the lines of several brands."""

from collections.abc import Iterator

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from campaigns.drawing import flight_element
from campaigns.enums import Section
from sparktrack.core.wording import TimeWords
from workplace.all_brands_words import next_words
from workplace.queries.all_brands import AllBrands, BrandSum, Urgent

register = template.Library()

# The columns of the table, in the order of the board.
COLUMNS = (Section.WITHOUT_RIGHTS, Section.BLOCKED, Section.STOPS, Section.MUST_PAUSE, Section.WAITING)


@register.simple_tag
def sections() -> tuple[Section, ...]:
    """``{% sections as columns %}``: what is counted for each brand."""
    return COLUMNS


@register.filter
def number_in(found: AllBrands | BrandSum, section: Section) -> int:
    """``{{ own|number_in:section }}``: how many flights stand in a section."""
    return found.number(section)


@register.simple_tag(takes_context=True)
def role_in(context: Context, own: BrandSum) -> str:
    """``{% role_in own %}``: what this person is in a brand."""
    memberships = context["request"].memberships
    return next(str(each.get_role_display()) for each in memberships if each.brand_id == own.brand.pk)


@register.simple_tag(takes_context=True)
def coming_next(context: Context, own: BrandSum) -> str:
    """``{% coming_next own %}``: what comes next in a brand, empty if nothing does."""
    if own.next is None:
        return ""
    return next_words(own, own.next, context["found"], viewer_zone=context["zone"])


@register.simple_tag(takes_context=True)
def urgent_lines(context: Context, part: Urgent) -> SafeString:
    """``{% urgent_lines part %}``: every shown flight of a section, each with the name of its brand."""
    now, viewer_zone = context["now"], context["zone"]

    def elements() -> Iterator[tuple[SafeString]]:
        for brand, line in part.lines:
            times = TimeWords(now=now, zone=line.zone, viewer_zone=viewer_zone, contract_zone=brand.time_zone)
            address = reverse("post", args=[brand.slug, line.post_id])
            yield (flight_element(line, address, times, brand=brand.name),)

    return format_html_join("", "{}", elements())
