"""Flights as tests of their pages set them up, ask for them and read them."""

import re

from campaigns.operations.flights import end_flights, pause_flights
from tests.world import client_of

LINK = "https://www.tiktok.com/@maya/video/7301184422019655681"


def address(world, rest):
    return f"/b/{world.brand.slug}/flights/{rest}"


def asked(world, **values):
    """What the form sends; days from now."""
    days = {
        name: world.day(values.pop(name)).isoformat() for name in ("starts_on", "ends_on") if name in values
    }
    return {"post": LINK, "campaign": "Winter", **days, **values}


def listing(world, user, **query):
    return client_of(user).get(f"/b/{world.brand.slug}/flights/", query)


def shown(answer):
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', answer.content.decode())


def one_of_each_state(world):
    """Flights by name: running, to come, paused, not planned, ended; the first two in Winter."""
    campaign, found = world.campaign("Winter"), {}
    for name, start, end in (
        ("live", -2, 20),
        ("coming", 3, 20),
        ("paused", -2, 9),
        ("unplanned", None, None),
        ("ended", -9, -2),
    ):
        post = world.post(world.creator(name), title=name.title())
        world.code(post, world.now, 30 if name != "coming" else 7)
        days = [None if each is None else world.day(each) for each in (start, end)]
        found[name] = world.flight(post, *days, campaign=campaign if name in {"live", "coming"} else None)
    pause_flights(flights=[found["paused"]], **world.by)
    return found


def winter(world):
    """A campaign: Ada may run for a year, Bea for 30 days; Cy has no code; one flight is over, one has no dates."""
    campaign = world.campaign("Winter")
    ada, bea, cy = (world.post(world.creator(name), title=name.title()) for name in ("ada", "bea", "cy"))
    world.code(ada, world.now, 365)
    world.code(bea, world.now, 30)
    for post in (ada, bea, cy):
        world.flight(post, world.day(5), world.day(20), campaign=campaign)
    world.flight(ada, None, campaign=campaign)
    end_flights(flights=[world.flight(cy, world.day(-9), world.day(9), campaign=campaign)], **world.by)
    return campaign
