"""A client that a public generator makes of the committed document does a small day's work with a token.

The generator is openapi-python-client; no word of this client is ours, so what it can do any client can.
"""

from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from brands.enums import TokenScope
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.core.clock import utc_now
from tests.world import World, spark_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
NAME = "generated_client"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Finds a module of the client."""
    # Without its hooks, which only make the code pretty.
    wishes = ConfigFile(post_hooks=[])
    config = Config.from_sources(
        wishes, MetaType.NONE, DOCUMENT, "utf-8", overwrite=False, output_path=tmp_path / NAME
    )
    # What it did not understand and left out would stand here too.
    assert generate(config=config) == []
    monkeypatch.syspath_prepend(tmp_path)
    return lambda module: import_module(f"{NAME}.{module}" if module else NAME)


def test_a_generated_client_goes_from_a_creator_to_a_verdict(made, live_server):
    world = World(now=utc_now())
    issued = issue_token(draft=TokenDraft("Generated", TokenScope.WRITE), **world.by)
    models = made("models")
    options = {"base_url": live_server.url, "token": issued.secret, "raise_on_unexpected_status": True}
    with made("").AuthenticatedClient(**options) as client:
        work_a_day(world, models, partial(_call, made, client))


def _call(made, client, resource, action, *arguments, **named):
    operation = made(f"api.{resource}.{resource}_{action}")
    return operation.sync_detailed(*arguments, client=client, **named)


def work_a_day(world, models, call):

    today = world.day(0)
    maya = call("creators", "create", body=models.NewCreator(handle="@maya.glow", tags=["skin"])).parsed
    assert (maya.handle, maya.tags) == ("maya.glow", ["skin"])
    post = call("posts", "create", body=models.NewPost(creator=maya.id, title="Haul")).parsed
    sent = models.NewCode(
        post=post.id, code=spark_code(), starts_on=today - timedelta(days=1), window_days=30
    )
    recorded = call("codes", "create", body=sent, idempotency_key="a-form-1")
    assert (recorded.status_code, recorded.parsed.outcome) == (201, "created")
    assert call("codes", "create", body=sent, idempotency_key="a-form-1").parsed.id == recorded.parsed.id
    right = models.NewRight(
        post=post.id, paid_amplification=True, starts_on=today - timedelta(days=1), term_days=90, fee="900.00"
    )
    assert call("rights", "create", body=right).status_code == 201

    winter = call("campaigns", "create", body=models.NewCampaign(name="Winter")).parsed
    ends_on = today + timedelta(days=50)
    plan = models.NewFlight(post=post.id, campaign=winter.id, starts_on=today, ends_on=ends_on)
    flight = call("flights", "create", body=plan).parsed
    assert (flight.verdict, flight.starts_on) == ("lapses", today)
    assert flight.last_full_day < ends_on
    longer = call("codes", "extend", recorded.parsed.id, body=models.Extended(days=60)).parsed
    assert longer.expires_at > recorded.parsed.expires_at
    assert call("flights", "retrieve", flight.id).parsed.verdict == "covered"
    page = call("flights", "list", campaign=winter.id, limit=1).parsed
    assert ([row.id for row in page.results], page.next_) == ([flight.id], None)

    again = call("creators", "create", body=models.NewCreator(handle="maya.glow"))
    assert (again.status_code, again.parsed.status) == (422, 422)
    (error,) = again.parsed.errors
    assert (error.pointer, error.code) == ("/handle", "refused")
