"""The paste box: a message becomes codes on file, and no page ever shows one in clear."""

import logging
import re

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import reject_codes
from authorizations.operations.requests import RequestDraft, request_codes
from authorizations.secrets import open_code, seal_for_page
from brands.enums import Role
from brands.models import AuditEntry
from creators.models import Creator
from creators.operations import rename_creator
from posts.models import Post
from tests.world import DAY, NOW, World, client_of, spark_code
from workplace.views.codes_paste import TOO_OLD

pytestmark = pytest.mark.django_db

ID = "7301184422019655681"  # born 17 November 2023
LINK = f"https://www.tiktok.com/@maya.glow/video/{ID}"
SECRETS = [f"#{letter}{number:062d}=" for number, letter in enumerate("AbCdEf")]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


class Desk:
    """A person at the paste box."""

    def __init__(self, world, role=Role.MANAGER):
        self.world, self.client = world, client_of(world.member(role))
        self.url = reverse("paste-codes", args=[world.brand.slug])
        self.pages = []

    def paste(self, message, when="today", query=""):
        """The preview of ``message``; ``when``: what is said of all codes."""
        self.answer = self.client.post(self.url + query, {"message": message, "when": when})
        return self.seen()

    def send(self, do="save", **changes):
        """The preview handed in as it stands, with ``changes`` ("i0_days" is field days of the first code)."""
        page = self.answer.content.decode()
        data = {"sealed": re.search(r'name="sealed"\s+value="([^"]+)"', page)[1], "do": do}
        for number, form in enumerate(self.answer.context["forms"]):
            for name in form.fields:
                value = form[name].value()
                if value not in (None, False, ""):
                    data[f"{number}-{name}"] = value
        for name, value in changes.items():
            data[re.sub(r"^i(\d+)_", r"\1-", name)] = value
        data = {name: value for name, value in data.items() if value is not None}
        self.answer = self.client.post(self.url, data)
        return self.seen()

    def seen(self):
        """The text of the page; it must hold none of the secrets."""
        page = self.answer.content.decode()
        self.pages.append(page)
        assert not [secret for secret in SECRETS if secret[1:30] in page]
        assert "no-store" in self.answer["Cache-Control"]
        return " ".join(re.sub(r"<[^>]+>", " ", page).split())

    def form(self, number=0):
        """The form of a code in the preview."""
        return self.answer.context["forms"][number]


def test_three_deliverables_of_one_message_are_looked_at_and_saved_together(world, caplog):
    caplog.set_level(logging.DEBUG)
    maya = world.creator("maya.glow")
    post = world.post(maya, title="Routine", tiktok_post_id=ID, url=LINK)
    waiting = world.post(world.creator("noah_pours"), title="Kettle")
    desk = Desk(world)
    text = desk.paste(
        f"hi! {LINK} {SECRETS[0]} 30 days\n\n"
        f"https://www.tiktok.com/@newface/video/7302284422019655682 {SECRETS[1]} 60 days\n\n"
        f"and @noah_pours: {SECRETS[2]} 365 days"
    )
    assert "3 codes in the message" in text
    assert [desk.form(n).title for n in range(3)] == ["New code", "New code, new post", "Which post?"]
    assert "ends Sun 20 Dec" in text  # the day itself is not whole: 30 times 24 hours from 21 November, 00:00
    assert "@newface is put on file as a new creator" in text
    assert str(waiting) in text
    text = desk.send()
    assert desk.answer.status_code == 422
    assert "Choose the post that the code is for." in text
    assert not AuthorizationCode.objects.exists()
    desk.send(i2_post=str(waiting.pk))
    assert desk.answer.status_code == 302
    codes = {code.post.title or code.post.tiktok_post_id: code for code in AuthorizationCode.objects.all()}
    assert [open_code(codes[name]) for name in ("Routine", "7302284422019655682", "Kettle")] == SECRETS[:3]
    assert codes["Routine"].post == post
    first = codes["Kettle"]
    assert (first.starts_on, first.window_days, first.end_source) == (NOW.date(), 365, "computed")
    new = codes["7302284422019655682"].post
    assert (new.creator.handle, new.url) == (
        "newface",
        "https://www.tiktok.com/@newface/video/7302284422019655682",
    )
    said = desk.client.get(desk.url).content.decode()
    assert "3 codes:" in said
    assert said.count("saved") >= 3
    for text in (caplog.text, str(list(AuditEntry.objects.values_list())), said):
        assert not [secret for secret in SECRETS if secret[1:30] in text]


def test_when_it_was_generated_is_asked_and_what_nobody_knows_is_assumed(world):
    world.post(world.creator("maya.glow"), tiktok_post_id=ID, url=LINK)
    desk = Desk(world, Role.BUYER)
    desk.paste(f"{LINK} {SECRETS[0]} 30 days", when="")
    assert "Say when the creator generated the code." in desk.send()
    assert "Say on which day." in desk.send(i0_when="day")
    assert "still to come" in desk.send(i0_on="2026-11-22")
    assert "still to come" in desk.send(i0_on="2026-11-21", i0_at="23:00")
    assert "Write it as 18:30" in desk.send(i0_at="late")
    text = desk.send(do="look", i0_on="2026-11-20", i0_at="18:12")
    assert "ends Sun 20 Dec, 18:12 EST" in text
    assert "about Sat 19 Dec" in desk.send(do="look", i0_when="unknown")
    desk.send(i0_when="unknown")
    code = AuthorizationCode.objects.get()
    assert (code.starts_on, code.start_assumed, code.end_source) == ((NOW - DAY).date(), True, "assumed")
    assert desk.answer["Location"].endswith(f"#code-{code.pk}")


def test_what_nobody_knows_counts_from_the_day_the_creator_was_asked(world):
    post = world.post(world.creator("maya.glow"), tiktok_post_id=ID, url=LINK)
    request_codes(drafts=[RequestDraft(post, 30)], **{**world.by, "now": NOW - 4 * DAY})
    desk = Desk(world)
    assert "about Wed 16 Dec" in desk.paste(f"{LINK} {SECRETS[0]} 30 days", when="unknown")
    desk.send()
    assert AuthorizationCode.objects.get().starts_on == (NOW - 4 * DAY).date()


def test_the_code_of_another_post_is_refused_by_name_and_the_rest_can_be_saved(world):
    maya = world.creator("maya.glow")
    world.code(world.post(maya, title="Other"), NOW, code=SECRETS[0])
    world.post(maya, title="Routine", tiktok_post_id=ID, url=LINK)
    desk = Desk(world)
    text = desk.paste(f"{LINK} {SECRETS[0]} 30 days\n\n{LINK} {SECRETS[1]} 30 days")
    assert "On file for another post" in text
    assert "on file for Other" in text
    desk.send()
    assert desk.answer.status_code == 422
    assert "already on file for another post: Other" in desk.seen()
    desk.send(i0_keep=None)
    assert desk.answer.status_code == 302
    assert AuthorizationCode.objects.count() == 2


def test_the_same_code_again_is_a_repeat_and_with_more_days_an_extension(world):
    post = world.post(world.creator("maya.glow"), title="Routine", tiktok_post_id=ID, url=LINK)
    code = world.code(post, NOW - 10 * DAY, 30, code=SECRETS[0])
    desk = Desk(world)
    assert "On file already" in desk.paste(f"{LINK} {SECRETS[0]}", when="")
    desk.send()
    code.refresh_from_db()
    assert code.expires_at == NOW + 20 * DAY
    assert "Longer than on file" in desk.paste(f"{SECRETS[0]} is 60 days now", when="")
    desk.send()
    code.refresh_from_db()
    assert (code.expires_at, code.end_source) == (NOW + 50 * DAY, "creator")


def test_a_new_code_takes_over_from_the_one_of_the_post_unless_that_is_unticked(world):
    post = world.post(world.creator("maya.glow"), tiktok_post_id=ID, url=LINK)
    old = world.code(post, NOW - 25 * DAY, 30)
    reject_codes(codes=[world.code(post, NOW, 365)], error="4025", **world.by)
    desk = Desk(world)
    assert f"It replaces the {old}" in desk.paste(f"{LINK} {SECRETS[0]} 30 days")
    desk.send()
    assert AuthorizationCode.objects.get(window_days=30, starts_at__gt=old.starts_at).supersedes == old
    desk.paste(f"{LINK} {SECRETS[1]} 60 days")
    desk.send(i0_replaces=None)
    assert AuthorizationCode.objects.get(window_days=60).supersedes is None


def test_what_looks_wrong_is_said_before_it_is_saved(world):
    maya = world.creator("maya.old")
    rename_creator(creator=maya, handle="maya.new", **world.by)
    world.post(maya, tiktok_post_id=ID, url=LINK.replace("maya.glow", "maya.new"))
    desk = Desk(world)
    text = desk.paste(f"{LINK.replace('maya.glow', 'maya.old')} code: aB1cD2eF3gH4iJ5kL6 37 days", when="")
    assert "does not look like TikTok’s codes" in text
    assert "@maya.old, a former handle of @maya.new" in text
    text = desk.send(do="look", i0_when="day", i0_on="2023-11-01")
    assert "starts before the post was made" in text
    assert "has ended already" in text
    text = desk.paste(
        f"{LINK}\nhttps://www.tiktok.com/@maya.new/video/7302284422019655682\n{SECRETS[0]} 30 days"
    )
    assert "Another link stands as near" in text


def test_a_code_without_a_link_offers_the_posts_of_its_creator_that_wait_for_one(world):
    maya = world.creator("maya.glow")
    waiting = world.post(maya, title="Waiting")
    ended = world.post(maya, title="Ended")
    world.code(ended, NOW - 40 * DAY, 30)
    world.code(world.post(maya, title="Has one"), NOW, 30)
    desk = Desk(world, Role.BUYER)
    text = desk.paste(f"{SECRETS[0]} 30 days")
    assert "Waiting" not in text
    assert "Say whose code this is" in desk.send()
    assert "no creator @nobody" in desk.send(i0_handle="@nobody")
    text = desk.send(do="look", i0_handle="https://www.tiktok.com/@Maya.Glow")
    assert desk.answer.status_code == 200
    assert ("Waiting" in text, "Ended" in text, "Has one" in text) == (True, True, False)
    desk.send(i0_post=str(waiting.pk))
    assert AuthorizationCode.objects.get(post=waiting).ending == SECRETS[0][-4:]


def test_a_buyer_adds_no_posts(world):
    desk = Desk(world, Role.BUYER)
    desk.paste(f"{LINK} {SECRETS[0]} 30 days")
    assert "This post is not on file. A manager can add it" in desk.send()
    desk.send(i0_post="link-0")
    assert desk.answer.status_code == 422
    assert not Post.objects.exists()
    assert not Creator.objects.exists()


def test_what_is_unticked_stays_with_all_that_was_typed(world):
    maya = world.creator("maya.glow")
    world.post(maya, title="Routine", tiktok_post_id=ID, url=LINK)
    desk = Desk(world)
    desk.paste(f"{LINK} {SECRETS[0]} 30 days\n\n@maya.glow {SECRETS[1]}")
    text = desk.send(i1_keep=None, i1_days="45", i1_when="yesterday")
    assert desk.answer.status_code == 200
    assert "1 code still to be saved" in text
    assert (desk.form().item.code.value, desk.form()["days"].value(), desk.form()["when"].value()) == (
        SECRETS[1],
        45,
        "yesterday",
    )
    assert "No code is chosen" in desk.send(i0_keep=None)


def test_the_box_of_a_post_means_that_post(world):
    post = world.post(title="Routine")
    desk = Desk(world)
    desk.paste(f"{SECRETS[0]} 30 days", query=f"?post={post.pk}")
    desk.send()
    assert AuthorizationCode.objects.get().post == post
    foreign = World().post(title="Elsewhere")
    assert "Elsewhere" not in desk.paste(f"{SECRETS[1]} 30 days", query=f"?post={foreign.pk}")
    desk.send(i0_post=str(foreign.pk))
    assert desk.answer.status_code == 422
    assert AuthorizationCode.objects.count() == 1


def test_a_code_of_another_brand_is_nothing_here(world):
    other = World()
    other.code(other.post(title="Elsewhere"), NOW, code=SECRETS[0])
    world.post(world.creator("maya.glow"), tiktok_post_id=ID, url=LINK)
    desk = Desk(world)
    text = desk.paste(f"{LINK} {SECRETS[0]} 30 days")
    assert "Elsewhere" not in text
    desk.send()
    assert AuthorizationCode.objects.filter(brand=world.brand).count() == 1


def test_a_message_without_a_code_comes_back_as_it_was(world):
    desk = Desk(world)
    text = desk.paste(f"Here it is: {LINK}\ncode follows")
    assert desk.answer.status_code == 422
    assert "There is no code in this message" in text
    assert "code follows" in text
    assert "shown in part only" in desk.paste("It ends in …k2Y=")
    text = desk.paste(f"{SECRETS[0]} 30 days" + " and so on" * 2_000)
    assert desk.answer.status_code == 422
    assert "longer than 20,000 characters" in text
    assert "30 days and so on" in text


def test_more_codes_than_one_looks_at_follow_when_the_first_are_saved(world):
    post = world.post(title="Routine")
    desk = Desk(world)
    text = desk.paste(" ".join(spark_code(n) for n in range(22)) + " 30 days each", query=f"?post={post.pk}")
    assert "22 codes in the message" in text
    assert "These are the first 20" in text
    text = desk.send()
    assert "2 codes still to be saved" in text
    assert "2 codes in the message" in text
    desk.send()
    assert desk.answer.status_code == 302
    assert AuthorizationCode.objects.filter(post=post).count() == 22


def test_only_the_one_who_pasted_can_hand_the_codes_in_and_not_the_next_day(world):
    desk, other = Desk(world), Desk(world)
    desk.paste(f"{LINK} {SECRETS[0]} 30 days")
    other.answer = desk.answer
    other.send()
    assert other.answer.status_code == 302
    assert TOO_OLD in other.client.get(other.url).content.decode()
    with time_machine.travel(NOW + DAY / 2 + DAY / 24, tick=False):
        desk.client.force_login(world.member(Role.MANAGER))
        desk.send()
    assert not AuthorizationCode.objects.exists()
    assert desk.client.post(desk.url, {"sealed": "x.y"}).status_code == 302
    token = seal_for_page("{}", brand_id=World().brand.pk, user_id=world.brand.pk, now=NOW)
    assert desk.client.post(desk.url, {"sealed": token}).status_code == 302


@pytest.mark.parametrize("number", [1, 3, 20])
def test_the_preview_takes_the_same_queries_for_any_number_of_codes(
    world, number, django_assert_max_num_queries
):
    maya = world.creator("maya.glow")
    links = [f"https://www.tiktok.com/@maya.glow/video/{7301184422019655681 + n}" for n in range(number)]
    for n, link in enumerate(links):
        if n % 2:
            world.post(maya, tiktok_post_id=str(7301184422019655681 + n), url=link)
    desk = Desk(world)
    message = "\n\n".join(f"{link} {spark_code(n + 50)} 30 days" for n, link in enumerate(links))
    with django_assert_max_num_queries(12):  # five of them for session, person, brand and header
        desk.paste(message)
    assert len(desk.answer.content) < 90_000
