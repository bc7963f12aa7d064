"""What the list of posts shows of each."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from brands.rules import Action
from campaigns.phrases import LANES, Subject
from campaigns.words import Words, post_words
from posts.enums import Lane, Method, PaymentState, UseCase
from posts.rules import Due
from sparktrack.core.days import local_date
from sparktrack.core.models import words
from sparktrack.core.templatetags.wording import day_element
from workplace.lists.columns import Column, Look
from workplace.lists.keys import Sort, as_day
from workplace.posts_words import percent_words, stage_words
from workplace.queries.posts import PostLine


def _title(line: PostLine, look: Look) -> SafeString:
    return format_html(
        '<a href="{}">{}</a><small>@{}</small>',
        reverse("post", args=[look.brand.slug, line.pk]),
        line.name,
        line.post.creator.handle,
    )


def _words(line: PostLine, look: Look) -> Words:
    post = line.post
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    return post_words(line.inventory.coverage, subject=subject, times=look.times())


def _may_run(line: PostLine, look: Look) -> SafeString:
    said = _words(line, look)
    return format_html('<span class="mark {}">{}</span><small>{}</small>', said.tone, said.when, said.limit)


def _due(line: PostLine, look: Look) -> SafeString | str:
    due = line.due
    if due is None:
        return ""
    today = local_date(look.now, look.brand.time_zone)
    day = day_element(due.day, today.year)
    said = format_html('<span class="mark warn">{}</span>', day) if due.day < today else day
    return format_html("{}<small>{}</small>", said, _owed(due))


def _owed(due: Due) -> str:
    return "draft" if due.is_draft else "post"


def _number(line: PostLine, name: str) -> int | None:
    value: int | None = getattr(line.metrics, name) if line.metrics else None
    return value


def _said(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _strong(line: PostLine, _look: Look) -> SafeString | str:
    if not line.strong:
        return ""
    why = "not in paid yet" if line.worth_a_look else "in a flight" if line.flights else "kept out of paid"
    return format_html('<span class="mark ok">Strong</span><small>{}</small>', why)


def _brief(line: PostLine, look: Look) -> SafeString | str:
    if line.post.brief is None:
        return ""
    url = reverse("brief", args=[look.brand.slug, line.post.brief.pk])
    return format_html('<a href="{}">{}</a>', url, line.post.brief.title)


COLUMNS: tuple[Column[PostLine], ...] = (
    Column(key="post", label="Post", draw=_title, text=lambda line, _: line.name, sort="title", lead=True),
    Column(
        key="creator",
        label="Creator",
        draw=lambda line, _: f"@{line.post.creator.handle}",
        text=lambda line, _: line.post.creator.handle,
        usual=False,
        sort="creator",
    ),
    Column(
        key="may_run",
        label="May it run?",
        draw=_may_run,
        cells=lambda _: [
            ("May it run?", lambda line, look: _words(line, look).limit),
            ("Ready until", lambda line, _: line.inventory.coverage.runnable_until),
        ],
    ),
    Column(key="stage", label="Stage", draw=lambda line, _: stage_words(line.stage)),
    Column(
        key="lane", label="Lane", draw=lambda line, _: LANES[Lane(line.post.lane)] if line.post.lane else ""
    ),
    Column(
        key="due",
        label="Due",
        draw=_due,
        cells=lambda _: [
            ("Due", lambda line, _: line.due.day if line.due else None),
            ("What is due", lambda line, _: _owed(line.due) if line.due else ""),
        ],
        sort="due",
    ),
    Column(
        key="views",
        label="Views",
        draw=lambda line, _: _said(_number(line, "views")),
        text=lambda line, _: _number(line, "views"),
        number=True,
    ),
    Column(
        key="engagement",
        label="Engagement",
        draw=lambda line, _: percent_words(line.percent),
        text=lambda line, _: round(line.percent, 2) if line.percent is not None else None,
        number=True,
    ),
    Column(key="strong", label="Traction", draw=_strong),
    Column(
        key="comments",
        label="Comments",
        draw=lambda line, _: _said(_number(line, "comments")),
        text=lambda line, _: _number(line, "comments"),
        number=True,
        usual=False,
    ),
    Column(
        key="flights",
        label="Flights",
        draw=lambda line, _: str(line.flights or ""),
        text=lambda line, _: line.flights,
        number=True,
    ),
    Column(
        key="use_case",
        label="Use case",
        draw=lambda line, _: words(UseCase(line.post.use_case)) if line.post.use_case else "",
        usual=False,
    ),
    Column(
        key="brief",
        label="Brief",
        draw=_brief,
        text=lambda line, _: line.post.brief.title if line.post.brief else "",
        usual=False,
    ),
    Column(key="product", label="Product", draw=lambda line, _: line.post.product, usual=False),
    Column(key="sku", label="SKU", draw=lambda line, _: line.post.sku, usual=False),
    Column(
        key="payment",
        label="Payment",
        draw=lambda line, _: words(PaymentState(line.post.payment_state)),
        usual=False,
        needs=Action.READ_FEES,
    ),
    Column(key="post_id", label="Post id", draw=lambda line, _: line.post.tiktok_post_id, usual=False),
)

SORTS = (
    Sort(key="newest", label="Newest first", field="pk", descending=True),
    Sort(key="title", label="Title A–Z", field="title", folded=True),
    Sort(key="creator", label="Creator A–Z", field="creator__handle", folded=True),
    Sort(key="due", label="Due first", field="due_key", parse=as_day),
)
