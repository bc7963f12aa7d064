"""The recipes of docs/api.md, run as they stand there: by a shell, with curl, against a server that listens."""

import json
import os
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.enums import ChannelKind
from alerts.operations.channels import ChannelDraft, add_channel, send_test
from alerts.sending.webhook import signature
from brands.enums import TokenScope
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.core.clock import utc_now
from tests.access.everything import Everything
from tests.api.scripts import script
from tests.world import World, spark_code

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


START, EXPORT, BOARD, RECORD, EXTEND = blocks("sh")


class Folder:
    """Where recipes are run."""

    def __init__(self, path, **variables):
        self.path = path
        self.variables = variables

    def run(self, recipe, **more):
        """What it prints. No proxy of this machine stands in between."""
        variables = {**os.environ, "no_proxy": "*", **self.variables, **more}
        shell = ["sh", "-eu", "-c", recipe]
        said = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(shell, cwd=self.path, env=variables, timeout=60, check=False, **said)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def read(self, name):
        return (self.path / name).read_text()

    def json(self, name):
        return json.loads(self.read(name))


def test_the_five_jobs_are_done_as_the_document_shows(tmp_path, live_server):
    world = Everything(now=utc_now())
    issued = issue_token(draft=TokenDraft("Recipes", TokenScope.WRITE), **world.by)
    folder = Folder(tmp_path, SPARKTRACK=live_server.url, SPARKTRACK_TOKEN=issued.secret)
    assert json.loads(folder.run(START))["results"][0]["slug"] == world.brand.slug
    assert (tmp_path / "sparktrack.curl").stat().st_mode & 0o077 == 0

    # Pages of three, to see it turn them.
    folder.run(EXPORT.replace("limit=200", "limit=3"))
    told = script(world).get("flights?limit=200").json()["results"]
    rows = [json.loads(line) for line in folder.read("flights.jsonl").splitlines()]
    assert [row["id"] for row in rows] == [row["id"] for row in told]
    assert len(rows) > 3

    folder.run(BOARD)
    head, *lines = folder.read("board.csv").splitlines()
    assert head.startswith("id,handle,post_title")
    assert len(lines) == len(script(world).get("flights?verdict=blocked").json()["results"]) > 0
    first, at = folder.read("board.csv"), (tmp_path / "board.json").stat().st_mtime_ns
    folder.run(BOARD)
    assert (folder.read("board.csv"), (tmp_path / "board.json").stat().st_mtime_ns) == (first, at)

    post = world.post(tiktok_post_id="7301184422019655999")
    entry = {"TIKTOK_POST_ID": post.tiktok_post_id, "CODE": spark_code(), "ENTRY": "4711"}
    folder.run(RECORD, **entry)
    recorded = folder.json("recorded.json")
    assert (recorded["outcome"], recorded["post"], recorded["start_assumed"]) == (
        "created",
        str(post.pk),
        True,
    )
    folder.run(RECORD, **entry)
    assert folder.json("recorded.json") == recorded
    assert entry["CODE"] not in folder.read("recorded.json")

    folder.run(EXTEND, POST=str(post.pk))
    ends = [datetime.fromisoformat(each["expires_at"]) for each in (recorded, folder.json("extended.json"))]
    assert ends[1] - ends[0] == timedelta(days=30)


def test_a_receiver_tells_what_is_ours():
    world = World(now=utc_now())
    added = add_channel(
        draft=ChannelDraft(ChannelKind.WEBHOOK, "CRM", "https://hooks.example.com/in"), **world.by
    )
    delivery = send_test(channel=added.channel, **world.by)
    (receiver,) = blocks("python")
    names = {}
    exec(receiver, names)  # noqa: S102 - it is what readers paste
    body = '{"title": "Größe"}'
    headers = signature(delivery, body, ["whsec_b3RoZXI=", added.secret], now=world.now)
    is_ours = names["is_ours"]
    assert is_ours(added.secret, headers, body.encode())
    assert not is_ours(added.secret, headers, body.encode() + b" ")
    assert not is_ours(added.secret, {**headers, "webhook-id": "msg_1"}, body.encode())
    old = signature(delivery, body, [added.secret], now=world.now - timedelta(minutes=6))
    assert not is_ours(added.secret, old, body.encode())


def test_a_problem_looks_as_the_document_shows():
    world = World()
    world.creator("maya.glow")
    (shown,) = map(json.loads, blocks("json"))
    told = script(world).post("creators", {"handle": "@maya.glow"}).json()
    assert {**told, "request_id": shown["request_id"]} == shown
