"""Pages of alerts as tests open them, press their buttons and read them."""

import re
from html import unescape

from django.urls import reverse

from tests.campaigns.scenes import ready_post


def flight_of(world, mara, jonas, *, code_days=5, **post):
    """Running until the code ends, of a creator that Mara looks after, bought by Jonas."""
    creator = world.creator(details={"manager": mara})
    made = ready_post(world, code_days=code_days, creator=creator, **post)
    return world.flight(made, world.day(-1), world.day(20), buyer=jonas)


def show(client, world, **query):
    return client.get(reverse("alerts", args=[world.brand.slug], query=query))


def opened(client, world, alert):
    return client.get(reverse("alert", args=[world.brand.slug, alert.pk]))


def send(client, name, world, *ids, **data):
    return client.post(reverse(name, args=[world.brand.slug, *ids]), data)


def words(response):
    body = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def titles(response):
    return re.findall(r'class="who">\s*<a href="[^"]+">([^<]+)</a>', response.content.decode())
