"""``codes/read`` of the API: the preview of the paste box, of which nothing is kept and no code is repeated."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from authorizations.models import AuthorizationCode
from brands.enums import Role
from brands.models import AuditEntry
from creators.models import Creator
from posts.models import Post
from tests.api.scripts import person, script
from tests.world import DAY, NOW, World, client_of
from workplace.views.codes_paste import MASKED, NO_CODE

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"
LINK = f"https://www.tiktok.com/@maya.glow/video/{ID}"
OTHER = "https://www.tiktok.com/@newface/video/7302284422019655682"
SECRETS = [f"#{letter}{number:062d}=" for number, letter in enumerate("AbCdEf")]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def post(world):
    return world.post(world.creator("maya.glow"), title="Routine", tiktok_post_id=ID, url=LINK)


def read(caller, text, **said):
    answer = caller.post("codes/read", {"text": text, **said})
    assert not [secret for secret in SECRETS if secret[1:30] in answer.content.decode()]
    assert answer.status_code != 200 or "no-store" in answer["Cache-Control"]
    return answer


def taken(text, row):
    """The code as the caller cuts it out of the text."""
    return "".join(text[part["start"] : part["end"]] for part in row["parts"])


def test_a_message_is_read_as_the_page_previews_it_and_nothing_is_stored(world, post):
    waiting = world.post(world.creator("noah_pours"), title="Kettle")
    text = f"hi! {LINK} {SECRETS[0]} 30 days\n\n{OTHER} {SECRETS[1]} 60 days\n\nand @noah_pours: {SECRETS[2]}"
    caller, before = script(world), AuditEntry.objects.count()
    rows = read(caller, text, starts_on="2026-11-20").json()
    assert rows["results"][0] == {
        "link": LINK,
        "tiktok_post_id": ID,
        "handle": "maya.glow",
        "parts": [{"start": text.index(SECRETS[0]), "end": text.index(SECRETS[0]) + 65}],
        "line": 1,
        "ending": "000=",
        "odd": False,
        "sure": True,
        "post": str(post.pk),
        "posts": [str(post.pk)],
        "window_days": 30,
        "expires_at": "2026-12-20T05:00:00Z",
        "supersedes": None,
        "outcome": "created",
        "missing": [],
        "notes": [],
    }
    new, unnamed = rows["results"][1:]
    assert (new["outcome"], new["missing"], new["post"], new["link"]) == ("new_post", ["post"], None, OTHER)
    assert "@newface is put on file" in new["notes"][0]
    assert (unnamed["outcome"], unnamed["missing"]) == ("no_post", ["post", "window_days"])
    assert (unnamed["line"], unnamed["handle"]) == (5, "noah_pours")
    assert unnamed["posts"] == [str(post.pk), str(waiting.pk)]
    assert [taken(text, row) for row in rows["results"]] == SECRETS[:3]
    assert (rows["other_links"], rows["platforms"], rows["masked"]) == ([], [], [])
    page = client_of(world.member(Role.MANAGER)).post(
        reverse("paste-codes", args=[world.brand.slug]), {"message": text, "when": "yesterday"}
    )
    forms = page.context["forms"]
    assert [[note.text for note in form.notes] for form in forms] == [row["notes"] for row in rows["results"]]
    assert (AuditEntry.objects.filter(object_kind="code").count(), Creator.objects.count()) == (0, 2)
    assert (AuthorizationCode.objects.count(), Post.objects.count()) == (0, 2)
    assert AuditEntry.objects.count() <= before + 1  # the member


def test_what_was_read_is_recorded_as_it_was_foretold(world, post):
    last = world.code(post, NOW - 30 * DAY, 60)
    halves = SECRETS[3][:40], SECRETS[3][40:]
    text = f"\u200bHi\r\n> {LINK} for 30 days\r\n> {halves[0]}\r\n> {halves[1]}\r\n…k2Y= https://youtu.be/abcdefghijk"
    caller = script(world)
    found = read(caller, text).json()
    (row,) = found["results"]
    assert (row["supersedes"], row["outcome"], row["line"]) == (str(last.pk), "created", 3)
    assert (found["masked"], found["platforms"], len(row["parts"])) == (["k2Y="], ["YouTube"], 2)
    body = {"code": taken(text, row), **{name: row[name] for name in ("post", "window_days", "supersedes")}}
    (made,) = caller.post("codes/bulk", [body]).json()["results"]
    assert {name: made[name] for name in ("ending", "post", "supersedes", "outcome", "expires_at")} == {
        name: row[name] for name in ("ending", "post", "supersedes", "outcome", "expires_at")
    }
    (again,) = read(caller, text).json()["results"]
    assert (again["outcome"], again["post"]) == ("repeated", str(post.pk))
    longer = text.replace("30 days", "60 days")
    (extended,) = read(caller, longer).json()["results"]
    (done,) = caller.post("codes/bulk", [body | {"window_days": 60, "supersedes": None}]).json()["results"]
    assert (extended["outcome"], extended["expires_at"]) == (done["outcome"], done["expires_at"])
    assert done["outcome"] == "extended"
    elsewhere = world.post(world.creator("newface"), tiktok_post_id="7302284422019655682")
    (foreign,) = read(caller, f"{OTHER} {SECRETS[3]} 30 days").json()["results"]
    assert (foreign["outcome"], foreign["post"]) == ("other_post", str(post.pk))
    (own,) = read(caller, f"{SECRETS[4]} 30 days", post=str(elsewhere.pk)).json()["results"]
    assert (own["outcome"], own["post"], own["link"]) == ("created", str(elsewhere.pk), "")


def test_who_may_not_record_and_what_holds_no_code_is_refused(world, post):
    caller = script(world)
    for text, why in (("Hello there, all well?", NO_CODE), ("#abcd…k2Y= 30 days", MASKED)):
        answer = read(caller, text)
        assert (answer.status_code, answer.json()["detail"]) == (422, why)
        assert answer.json()["errors"][0]["pointer"] == "/text"
    many = " ".join(f"#{number:063d}=" for number in range(101))
    assert read(caller, many).json()["errors"][0]["detail"].startswith("There are more than 100 codes")
    late = read(caller, f"{LINK} {SECRETS[0]}", starts_on="2026-11-22")
    assert (late.status_code, late.json()["errors"][0]["pointer"]) == (422, "/starts_on")
    for body in (
        {},
        {"text": "x" * 20_001},
        {"text": f"{SECRETS[0]}\0"},
        {"text": [SECRETS[0]]},
        {"text": SECRETS[0], "when": "today"},
        {"text": SECRETS[0], "post": str(World().post().pk)},
        {"text": SECRETS[0], "starts_on": "0001-01-01"},
    ):
        answer = caller.post("codes/read", body)
        assert answer.status_code == 400, body
        assert SECRETS[0] not in answer.content.decode()
    assert person(world, Role.VIEWER).post("codes/read", {"text": SECRETS[0]}).status_code == 403
    # A buyer records codes, and puts no posts on file.
    (row,) = read(person(world, Role.BUYER), f"{OTHER} {SECRETS[0]} 30 days").json()["results"]
    assert (row["outcome"], row["notes"][0].split(".")[0]) == ("no_post", "This post is not on file")


def test_many_codes_cost_as_many_statements_as_one(world, post):
    caller, spent = script(world), []
    read(caller, SECRETS[0])
    for number in (1, 50):
        text = "\n".join(f"{LINK} #{each:063d}= 30 days" for each in range(number))
        with CaptureQueriesContext(connection) as found:
            assert len(read(caller, text).json()["results"]) == number
        spent.append(len(found))
    assert spent[0] == spent[1] <= 12
