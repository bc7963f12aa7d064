"""The tour of a new member: five steps, kept in the session while it lasts, shown below the header of every page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from brands.models import Brand
from campaigns.queries.board import board
from campaigns.sections import Choice
from posts.models import Post

# In the session; base.html shows it.
TOUR = "tour"


@dataclass(frozen=True, slots=True)
class Step:
    """A page, and what to look at there. ``address`` gets the brand of the tour, the person's own, and now."""

    title: str
    text: str
    address: Callable[[Brand, Brand, datetime], str]


def _first_post(brand: Brand, _own: Brand, now: datetime) -> str:
    """The post of the most urgent flight, else the newest; without any the board."""
    found = board(Choice(brand), None, now=now)
    pk = next((line.post_id for section in found.sections for line in section.lines), None)
    if pk is None:
        pk = Post.objects.for_brand(brand).order_by("-pk").values_list("pk", flat=True).first()
    return reverse("post", args=[brand.slug, pk]) if pk else brand.get_absolute_url()


STEPS: tuple[Step, ...] = (
    Step(
        "The board answers: may it run, and until when?",
        "Every flight stands here, the most urgent first. In its strip grey is planned, green may run, hatched red may "
        "not. What runs without rights is the first thing of the day.",
        lambda brand, _own, _now: brand.get_absolute_url(),
    ),
    Step(
        "A post shows why",
        "The answer first, then code, rights and flight over one axis: whichever ends first limits it. Beside it "
        "stands the one next step, such as asking the creator for a longer code.",
        _first_post,
    ),
    Step(
        "The planner says how long a code to ask for",
        "A code of 30 days that is made too early ends before the flight does. Give the days of a flight, and it names "
        "the shortest window that covers it.",
        lambda _brand, _own, _now: reverse("planner"),
    ),
    Step(
        "Alerts say whose move it is",
        "What lapses is announced in time: by mail in the morning, at once on the last day. Acknowledge one and your "
        "colleagues know that you have it.",
        lambda brand, _own, _now: reverse("alerts", args=[brand.slug]),
    ),
    Step(
        "Yours is where your day begins",
        "Flights you buy, creators you manage, what waits for you. You find it under More; Help explains every word, "
        "and the phone steps that creators need.",
        lambda _brand, own, _now: reverse("yours", args=[own.slug]),
    ),
)


def go_to(request: HttpRequest, number: int, *, brand: Brand, own: Brand, now: datetime) -> str:
    """Remember that step ``number`` (from 1) is shown; the address of its page."""
    step = STEPS[number - 1]
    address = step.address(brand, own, now)
    request.session[TOUR] = {
        "number": number,
        "of": len(STEPS),
        "title": step.title,
        "text": step.text,
        "url": address,
        "brand": brand.slug,
        "own": own.slug,
    }
    return address
