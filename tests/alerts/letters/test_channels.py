"""What chats and webhooks are told: no code, no e-mail address, no fee, nothing that formats or calls everybody."""

import json
from decimal import Decimal

import pytest

from alerts.enums import ChannelKind, DeliveryKind, DeliveryState
from alerts.letters import write
from alerts.models import Alert
from alerts.operations.messages import RAISED, RESOLVED
from alerts.sending.chat import MOST_CHARACTERS
from brands.models import Brand
from campaigns.operations.flights import pause_flights
from posts.models import Post
from sparktrack.core.ids import uuid7
from tests.alerts import scenes
from tests.alerts.letters.stage import Stage
from tests.world import DAY, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


def said(stage, alert, event=RAISED, kind=DeliveryKind.ALERT):
    channel = scenes.channel(stage, kind=ChannelKind.SLACK)
    message = scenes.message(channel, NOW, state=DeliveryState.DUE, kind=kind, alert=alert, event=event)
    return write(message, now=NOW)


def test_a_chat_is_told_what_when_and_where(stage):
    lines = said(stage, stage.stops()).text.splitlines()
    # The clock of a channel is the brand's.
    assert lines[0] == "▲ Stops Thu 26 Nov, 06:05 EST – 25 days before the flight ends"
    assert lines[1] == "Morning routine · @maya.glow · Q4 Glow"
    assert lines[3] == "≈ $420 a day"
    assert lines[-1].startswith(f"http://127.0.0.1:8000/b/{stage.brand.slug}/posts/")


def test_a_webhook_gets_type_timestamp_and_data(stage):
    alert = stage.stops()
    flight = alert.hits.get().flight
    payload = said(stage, alert).payload
    page = f"http://127.0.0.1:8000/b/{stage.brand.slug}/posts/{flight.post_id}/"
    assert payload == {
        "type": "alert.raised",
        "timestamp": "2026-11-21T14:05:00.000Z",
        "data": {
            "alert": str(alert.pk),
            "kind": "code",
            "step": 3,
            "lapses_at": "2026-11-26T11:05:00.000Z",
            "brand": stage.brand.slug,
            "posts": [{"title": "Morning routine", "handle": "maya.glow", "page": page}],
            "flights": [
                {
                    "id": str(flight.pk),
                    "post": page,
                    "campaign": "Q4 Glow",
                    "ad_account": "Glow US",
                    "starts_on": "2026-11-01",
                    "ends_on": "2026-12-21",
                    "daily_spend": "420.00",
                    "currency": "USD",
                }
            ],
        },
    }


def test_what_no_longer_holds_is_not_said(stage):
    alert = stage.stops()
    pause_flights(flights=[alert.hits.get().flight], **stage.by)
    assert said(stage, alert) is None
    assert said(stage, scenes.closed(stage.stops(title="Closed"), NOW)) is None


def test_a_settled_lapse_is_said_with_its_post(stage):
    alert = scenes.closed(stage.stops(), NOW)
    letter = said(stage, alert, event=RESOLVED)
    assert letter.text.startswith("● Code settled: Morning routine · @maya.glow\nhttp://")
    assert letter.payload["type"] == "alert.resolved"
    assert letter.payload["data"]["posts"][0]["title"] == "Morning routine"


def test_a_lapse_that_moved_is_not_settled(stage):
    alert = scenes.closed(stage.stops(), NOW)
    scenes.alert(stage, alert.hits.get().flight, lapses_at=NOW + 2 * DAY)
    assert said(stage, alert, event=RESOLVED).text.startswith("○ Code ends at another time: Morning routine")


def test_a_test_says_that_it_is_one(stage):
    letter = said(stage, None, event="test", kind=DeliveryKind.TEST)
    assert letter.text == "● A test from sparktrack: alerts of Glow Skincare arrive here."
    assert letter.payload["data"] == {"brand": stage.brand.slug}


def test_no_code_address_or_fee_leaves_the_house(stage):
    alert, new = stage.to_apply()
    stage.right(
        stage.day(-60),
        stage.day(300),
        post=alert.hits.get().flight.post,
        fee=Decimal("98765.43"),
        contract_reference="zq7contract",
    )
    letter = said(stage, alert)
    everything = letter.text + json.dumps(letter.payload)
    for secret in (new.ending, "@example.com", "98765", "zq7contract", "Jonas", "Ana"):
        assert secret not in everything


@pytest.mark.parametrize(
    "title",
    [
        "<!channel> look",
        "@everyone",
        "@here",
        "<https://evil.example|Log in>",
        "[Log in](https://x)",
        "*a*`b`",
    ],
)
def test_a_title_neither_calls_everybody_nor_hides_a_link(stage, title):
    text = said(stage, stage.stops(title=title)).text
    for live in ("<", ">", "@everyone", "@here", "](", "`", "|", "*"):
        assert live not in text


# --- many at once -------------------------------------------------------------------------------------------------
def summary(stage, number):
    """What a chat is told of a pass that found so many stops, of $420 a day and more each."""
    run = uuid7()
    made = [stage.stops(title=f"Post {at}", daily_spend=Decimal(420 + at)) for at in range(number)]
    Alert.objects.filter(pk__in=[alert.pk for alert in made]).update(run=run)
    channel = scenes.channel(stage, kind=ChannelKind.SLACK, from_step=3)
    return made, scenes.message(
        channel, NOW, key=f"run:{run}", state=DeliveryState.DUE, kind=DeliveryKind.SUMMARY, event=RAISED
    )


def test_a_summary_counts_names_the_most_expensive_and_leads_to_the_others(stage):
    letter = write(summary(stage, 7)[1], now=NOW)
    lines = letter.text.splitlines()
    assert letter.subject == "7 stop by Thursday · Glow Skincare"
    assert lines[0] == "▲ 7 stop by Thursday · Glow Skincare"
    assert lines[1] == "▲ Stops Thu 26 Nov, 06:05 EST: code ends · Post 6 · @maya.glow · ≈ $426 a day"
    assert [line.split(" · ")[1] for line in lines[1:6]] == [f"Post {number}" for number in (6, 5, 4, 3, 2)]
    assert lines[6:] == ["and 2 more", f"http://127.0.0.1:8000/b/{stage.brand.slug}/alerts/"]


def test_a_summary_begins_with_what_is_most_urgent_and_fits_a_chat(stage):
    _, message = summary(stage, 5)
    alert = stage.pause_now()
    Alert.objects.filter(pk=alert.pk).update(run=message.key.removeprefix("run:"))
    Post.objects.update(title="Ä" * 200)
    Brand.objects.update(name="<!channel> @everyone")
    text = write(message, now=NOW).text
    assert text.startswith("■ 1 to pause now, 5 stop by Thursday · ‹!channel› @\u200beveryone\n")
    assert len(text) < MOST_CHARACTERS


def test_a_summary_says_what_still_holds_and_what_the_chat_asked_for(stage):
    made, message = summary(stage, 3)
    scenes.closed(made[0], NOW)
    assert write(message, now=NOW).subject.startswith("2 stop by Thursday")
    pause_flights(flights=[made[1].hits.get().flight], **stage.by)
    assert write(message, now=NOW).text.startswith("▲ Stops Thu 26 Nov, 06:05 EST – ")  # as if it were alone
    Alert.objects.filter(pk=made[2].pk).update(step=7)
    assert write(message, now=NOW) is None
