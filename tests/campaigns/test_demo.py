"""The demo brand shows every state, whenever it is loaded; it is loaded once, and never in production."""

import json
import stat
from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse

from authorizations.enums import EndSource, Reason, RightTrigger, Verdict
from authorizations.inputs import load_inputs
from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from authorizations.operations.gaps import differences
from authorizations.rules import PostInputs, judge, post_gaps
from authorizations.secrets import open_code
from brands.enums import Role
from brands.models import AdAccount, AuditEntry, Brand, Membership, User
from campaigns.demo import PEOPLE, load_demo, new_logins
from campaigns.enums import Section
from campaigns.models import Flight
from campaigns.sections import Choice, first_places
from creators.models import Creator
from posts.enums import Method
from posts.models import Post
from sparktrack.tiktok.codes import clean_code
from sparktrack.tiktok.links import parse_post_link, posted_at

pytestmark = pytest.mark.django_db

# An ordinary day; the last minute of a leap day and of a year in New York; the hours in which clocks change there.
DAYS = [
    datetime(2026, 11, 21, 14, 5, tzinfo=UTC),
    datetime(2028, 3, 1, 4, 59, tzinfo=UTC),
    datetime(2027, 1, 1, 4, 59, tzinfo=UTC),
    datetime(2027, 3, 14, 6, 59, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
]
SECTIONS = {
    Section.WITHOUT_RIGHTS: {"Three pours, one kettle", "Knife skills in a minute"},
    Section.BLOCKED: {
        "Cold brew, first-use reaction",
        "Unboxing the winter set",
        "Desk to trail in four minutes",
    },
    # The mask has a replacement that is not applied yet: covered, but listed among the stops.
    Section.STOPS: {"Morning routine, barrier serum", "Frost test: satin bonnet", "Mask on, mask off"},
    Section.MUST_PAUSE: {"Why I switched"},
    Section.WAITING: {"Weeknight ramen, one pan", "First run in the rain"},
    Section.RUNS_UNTIL: {"Satin pillowcase, side by side"},
    Section.COVERED: {
        "Night routine, one product",
        "Why we started",
        "Ridge walk, one bottle",
    },
    Section.PAUSED: {"Three gifts, one box"},
    Section.UNPLANNED: {"Gift guide under $40"},
}


def inputs_of(brand: Brand) -> dict[str, PostInputs]:
    titles = dict(Post.objects.for_brand(brand).values_list("pk", "title"))
    return {titles[pk]: inputs for pk, inputs in load_inputs(brand, list(titles)).items()}


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%dT%H:%M}")
def test_every_section_has_its_flights_whenever_it_is_loaded(now):
    brand = load_demo(logins=new_logins(), now=now)
    titles = dict(Flight.objects.for_brand(brand).values_list("pk", "post__title"))
    shown = {}
    for place in first_places(Choice(brand), now=now, lines=50).places:
        shown.setdefault(place.section, set()).add(titles[place.flight_id])
    assert shown == SECTIONS
    assert differences(brand, Post.objects.values_list("pk", flat=True)) == []
    assert not AuditEntry.objects.filter(at__gt=now).exists()
    assert not AuthorizationCode.objects.filter(starts_at__lt=F("post__posted_at")).exists()


def test_every_reason_state_and_kind_of_right_is_there_once():
    now = DAYS[0]
    brand = load_demo(logins=new_logins(), now=now)
    inputs = inputs_of(brand)

    def first_reasons(title: str) -> tuple[Reason, ...]:
        answer = judge(post_gaps(inputs[title]), starts_at=now, ends_at=None, now=now)
        return answer.gaps[0].reasons

    assert first_reasons("Three pours, one kettle") == (Reason.RIGHTS_EXPIRED,)
    assert first_reasons("Knife skills in a minute") == (Reason.PAID_NOT_ALLOWED,)
    assert first_reasons("Cold brew, first-use reaction") == (Reason.POST_UNAVAILABLE,)
    assert first_reasons("Unboxing the winter set") == (Reason.CODE_REVOKED,)
    assert first_reasons("Desk to trail in four minutes") == (Reason.CODE_EXPIRED,)
    assert first_reasons("Weeknight ramen, one pan") == (Reason.NO_CODE,)

    codes = AuthorizationCode.objects.for_brand(brand)
    assert codes.get(rejected_at__isnull=False).post.title == "First run in the rain"
    assert codes.get(end_source=EndSource.CREATOR).window_days == 60  # extended by 30
    applied = {code.post.title: code.uses.exists() for code in codes.filter(supersedes__isnull=False)}
    assert applied == {"Night routine, one product": True, "Mask on, mask off": False}
    assert Counter(codes.values_list("end_source", flat=True)).keys() >= {"tiktok", "computed", "assumed"}

    rights = UsageRight.objects.for_brand(brand)
    assert rights.get(perpetual=True).post.title == "Satin pillowcase, side by side"
    (open_right,) = [right for right in rights.filter(starts_at__isnull=False) if not right.term_stated]
    assert open_right.post.title == "Five mugs, one favourite"
    assert rights.get(starts_at__isnull=True).trigger == RightTrigger.POSTING
    assert rights.get(brief__isnull=False).brief.posts.count() == 3
    assert rights.get(creator__isnull=False).creator.handle == "maya.glow"

    assert (
        Flight.objects.for_brand(brand).get(run_anyway_at__isnull=False).post.title
        == "Knife skills in a minute"
    )
    assert Creator.objects.for_brand(brand).get(own_account=True).handle == "northbeam"
    linked = Post.objects.for_brand(brand).get(method=Method.LINKED_ACCOUNT)
    assert AccountLink.objects.get().creator == linked.creator
    abroad = AdAccount.objects.for_brand(brand).get(currency="GBP")
    assert (brand.time_zone, brand.currency, abroad.time_zone) == ("America/New_York", "USD", "Europe/London")
    assert abroad.flights.count() == 2

    flown = Flight.objects.for_brand(brand).values("post")
    ready = {
        post.title: judge(post_gaps(inputs[post.title]), starts_at=now, ends_at=None, now=now).verdict
        for post in Post.objects.for_brand(brand).exclude(pk__in=flown)
    }
    assert ready == {
        "Five mugs, one favourite": Verdict.LAPSES,
        "Heatless curls overnight": Verdict.BLOCKED,
        "Soup season, one pot": Verdict.BLOCKED,
    }


def test_ids_links_and_codes_have_the_shape_of_tiktoks():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    posts = Post.objects.for_brand(brand).exclude(url="").select_related("creator")
    assert len(posts) == 19
    for post in posts:
        link = parse_post_link(post.url)
        assert (link.post_id, link.handle) == (post.tiktok_post_id, post.creator.handle)
        assert post.posted_at == posted_at(post.tiktok_post_id)
        assert timedelta(0) < DAYS[0] - post.posted_at < timedelta(days=400)
    codes = [open_code(code) for code in AuthorizationCode.objects.for_brand(brand)]
    assert not any(clean_code(code).odd for code in codes)


def test_all_of_it_was_done_by_its_people():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    people = {member.role: str(member.user) for member in Membership.objects.for_brand(brand)}
    assert people == {role.value: name for role, name in PEOPLE.items()}
    kinds = Counter(AuditEntry.objects.for_brand(brand).values_list("object_kind", flat=True))
    assert kinds.keys() >= {"post", "creator", "authorizationcode", "usageright", "flight", "campaign"}
    by_system = AuditEntry.objects.for_brand(brand).filter(actor_label="load_demo")
    assert {entry.action for entry in by_system} == {"brand.added", "invitation.sent"}
    assert not User.objects.filter(is_staff=True).exists()


def test_each_role_can_log_in_with_the_password_on_file(var_dir):
    logins = var_dir / "demo-logins.json"
    logins.unlink(missing_ok=True)
    printed = StringIO()
    call_command("load_demo", stdout=printed)
    assert stat.S_IMODE(logins.stat().st_mode) == 0o600
    stored = json.loads(logins.read_text())
    assert set(stored) == {role.value for role in Role}
    for login in stored.values():
        assert login["password"] in printed.getvalue()
        client = Client()
        answer = client.post(
            reverse("account_login"), {"login": login["email"], "password": login["password"]}
        )
        assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)


def test_a_second_call_changes_nothing_and_says_the_same(var_dir):
    (var_dir / "demo-logins.json").unlink(missing_ok=True)
    first, second = StringIO(), StringIO()
    call_command("load_demo", stdout=first)
    entries = set(AuditEntry.objects.values_list("pk", flat=True))
    call_command("load_demo", stdout=second)
    assert first.getvalue() == second.getvalue()
    assert set(AuditEntry.objects.values_list("pk", flat=True)) == entries
    assert Brand.objects.count() == 1


def test_passwords_on_file_are_used_again_for_a_new_database(var_dir):
    kept = {
        role.value: {"email": f"{role}@northbeam.example", "password": f"kept for {role}"} for role in Role
    }
    (var_dir / "demo-logins.json").write_text(json.dumps(kept))
    call_command("load_demo", stdout=StringIO())
    assert json.loads((var_dir / "demo-logins.json").read_text()) == kept
    assert User.objects.get(email="viewer@northbeam.example").check_password("kept for viewer")


def test_it_is_refused_in_production(settings, var_dir):
    (var_dir / "demo-logins.json").unlink(missing_ok=True)
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="never loaded in production"):
        call_command("load_demo", stdout=StringIO())
    assert not Brand.objects.exists()
    assert not (var_dir / "demo-logins.json").exists()


def test_nothing_is_written_if_one_of_its_people_exists_already(var_dir):
    (var_dir / "demo-logins.json").unlink(missing_ok=True)
    User.objects.create_user("buyer@northbeam.example", created_at=DAYS[0])
    with pytest.raises(CommandError, match="buyer@northbeam"):
        call_command("load_demo", stdout=StringIO())
    assert not Brand.objects.exists()
