"""``{% load flights %}``: flights and posts in words and drawings.

The tags take ``now`` and ``zone``, the zone in which this person reads clocks, from the context.
"""

from datetime import datetime

from django import template
from django.forms import Form
from django.template.context import Context

from authorizations.enums import CodeStatus, EndSource
from campaigns.asking import Asked, ask_link
from campaigns.drawing import money_of, pieces_of, strip_of, words_of
from campaigns.enums import Section
from campaigns.phrases import CODE_TONES, HEADINGS, LANES, SOURCES, Heading, Subject, Tone
from campaigns.pictures import Piece, Timeline
from campaigns.queries.lines import FlightLine, InventoryLine
from campaigns.queries.post import PostPage
from campaigns.rules import flight_end
from campaigns.tracks import post_timeline, timeline_sentence
from campaigns.words import Words, post_words
from posts.enums import Lane, Method
from posts.models import MetricsSnapshot, Post
from sparktrack.core.cells import Refusal
from sparktrack.core.wording import TimeWords
from sparktrack.tiktok.links import parse_post_link

register = template.Library()


@register.simple_tag(takes_context=True)
def line_words(context: Context, line: FlightLine) -> Words:
    """``{% line_words line as words %}``: a flight in words."""
    times = times_of(context, line.zone)
    return words_of(line, _subject(line.flight.post), times, apply_by=line.apply_by)


@register.simple_tag(takes_context=True)
def inventory_words(context: Context, line: InventoryLine) -> Words:
    """``{% inventory_words line as words %}``: a post outside any flight in words."""
    return post_words(line.coverage, subject=_subject(line.post), times=times_of(context, line.zone))


@register.simple_tag(takes_context=True)
def strip(context: Context, line: FlightLine) -> str:
    """``{% strip line %}``: the flight in one line, with a sentence for those who do not see it."""
    return strip_of(line, _subject(line.flight.post), times_of(context, line.zone))


@register.simple_tag
def line_money(line: FlightLine) -> str:
    """The money of a line: what its gaps would spend or lose, else its daily spend; empty if none was given."""
    return money_of(line)


@register.simple_tag
def pieces(pieces: tuple[Piece, ...]) -> str:
    """The pieces of a bar as SVG."""
    return pieces_of(pieces)


@register.simple_tag(takes_context=True)
def answer_words(context: Context, line: FlightLine | InventoryLine) -> Words:
    """``{% answer_words page.answer as words %}``: what the post page says first."""
    return line_words(context, line) if isinstance(line, FlightLine) else inventory_words(context, line)


@register.simple_tag(takes_context=True)
def ask_the_creator(context: Context, page: PostPage) -> str:
    """``{% ask_the_creator page as link %}``: the mail that asks for what is missing; empty if none helps."""
    line, creator = page.answer, page.post.creator
    gap = line.first_gap
    if gap is None or page.post.method != Method.CODE:
        return ""
    flight = line.flight if isinstance(line, FlightLine) else None
    asked = Asked(
        address=creator.email or creator.agent_email,
        name=creator.display_name or creator.handle,
        title=str(page.post),
        url=page.post.url,
        brand=page.brand.name,
    )
    end = flight_end(flight.ends_at, flight.ended_at) if flight else None
    return ask_link(gap, asked, ends_at=end, times=times_of(context, line.zone))


@register.simple_tag(takes_context=True)
def timeline_of(context: Context, page: PostPage) -> Timeline:
    """``{% timeline_of page as picture %}``: everything that decides about a post, over one axis."""
    return post_timeline(page, times_of(context, page.answer.zone))


@register.filter
def in_words(picture: Timeline) -> str:
    """A timeline for those who do not see it."""
    return timeline_sentence(picture)


@register.filter
def heading(section: Section) -> Heading:
    """Title, note, chip and tone of a section of the board."""
    return HEADINGS[section]


@register.filter
def bounded(number: int, is_bound: bool) -> str:
    """``41``, or ``1,000+`` where counting stopped."""
    return f"{number:,}+" if is_bound else f"{number:,}"


@register.filter
def narrowed(form: Form) -> bool:
    """Whether more than search, section and sort is asked for: then these filters are shown."""
    return bool(set(form.changed_data) - {"q", "section", "sort"} or form.errors)


@register.filter
def code_tone(status: CodeStatus) -> Tone:
    """The tone of a code's badge."""
    return CODE_TONES[status]


@register.filter
def end_source(source: str) -> str:
    """Who says when a code ends."""
    return SOURCES[EndSource(source)]


def times_of(context: Context, zone: str) -> TimeWords:
    """The words for time in this page, with days in the account's ``zone``."""
    now = context["now"]
    if not isinstance(now, datetime):
        raise TypeError("The view must put now into the context.")
    request = context.get("request")
    contract_zone = request.brand.time_zone if request is not None else ""
    return TimeWords(now=now, zone=zone, viewer_zone=context["zone"], contract_zone=contract_zone)


def _subject(post: Post) -> Subject:
    return Subject(post.creator.handle, linked=post.method != Method.CODE)


@register.filter
def tiktok_link(post: Post) -> str:
    """The address of the post at TikTok; empty where what is on file leads elsewhere: nobody is sent there."""
    try:
        return parse_post_link(post.url).url_for(post.creator.handle)
    except Refusal:
        return ""


@register.filter
def lane_words(lane: str) -> str:
    """What is meant to happen with a post; empty if nobody said."""
    return LANES[Lane(lane)] if lane else ""


@register.filter
def numbers(metrics: MetricsSnapshot) -> str:
    """``184,200 views, 15,300 likes``: the numbers somebody gave."""
    values = ((name, getattr(metrics, name)) for name in ("views", "likes", "comments", "shares", "saves"))
    return ", ".join(f"{value:,} {name}" for name, value in values if value is not None)
