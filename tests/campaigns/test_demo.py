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

from authorizations.enums import CodeStatus, EndSource, Reason, RightTrigger, Verdict
from authorizations.models import AccountLink, AuthorizationCode, CodeRequest, CodeUse, UsageRight
from authorizations.operations.gaps import differences
from authorizations.secrets import open_code
from brands.enums import Role
from brands.models import AdAccount, AuditEntry, Brand, Membership, User
from campaigns.demo import PEOPLE, load_demo, new_logins
from campaigns.enums import FlightStatus, Section, SpendSource
from campaigns.models import Flight
from campaigns.queries.post import post_page
from campaigns.sections import Choice, first_places
from posts.enums import Lane, Method, MetricsSource, PaymentState, Stage, UseCase
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from sparktrack.core.days import local_date
from sparktrack.tiktok.codes import clean_code
from sparktrack.tiktok.links import parse_post_link, posted_at

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# An ordinary day; the last minute of a leap day and of a year in New York; the hours in which clocks change there.
DAYS = [
    datetime(2026, 11, 21, 14, 5, tzinfo=UTC),
    datetime(2028, 3, 1, 4, 59, tzinfo=UTC),
    datetime(2027, 1, 1, 4, 59, tzinfo=UTC),
    datetime(2027, 3, 14, 6, 59, tzinfo=UTC),
    datetime(2027, 11, 7, 5, 30, tzinfo=UTC),
]
SECTIONS = {
    Section.WITHOUT_RIGHTS: {
        "Three pours, one kettle",
        "Knife skills in a minute",
        "Latte art, slow motion",
    },
    Section.BLOCKED: {
        "Cold brew, first-use reaction",
        "Unboxing the winter set",
        "Desk to trail in four minutes",
        "Silk scarf, five ways",
    },
    # The mask has a replacement that is not applied yet: covered, but listed among the stops.
    Section.STOPS: {"Morning routine, barrier serum", "Frost test: satin bonnet", "Mask on, mask off"},
    Section.MUST_PAUSE: {"Why I switched"},
    Section.WAITING: {"Weeknight ramen, one pan", "First run in the rain", "Campfire coffee"},
    Section.RUNS_UNTIL: {"Satin pillowcase, side by side"},
    Section.COVERED: {
        "Night routine, one product",
        "Why we started",
        "Ridge walk, one bottle",
        "Live unboxing, cut down",
        "Winter skin, three steps",
        "Duet: her grandmother's comb",
        "Sheet-pan supper, recut",
        "Blister kit",
    },
    Section.PAUSED: {"Three gifts, one box"},
    Section.UNPLANNED: {"Gift guide under $40"},
}


@pytest.mark.parametrize("now", DAYS, ids=lambda now: f"{now:%Y-%m-%dT%H:%M}")
def test_every_section_has_its_flights_whenever_it_is_loaded(now):
    assert SECTIONS.keys() == set(Section) - {Section.INVENTORY}
    brand = load_demo(logins=new_logins(), now=now)
    titles = dict(Flight.objects.for_brand(brand).values_list("pk", "post__title"))
    shown = {}
    for place in first_places(Choice(brand), now=now, lines=50).places:
        shown.setdefault(place.section, set()).add(titles[place.flight_id])
    assert shown == SECTIONS
    assert differences(brand, Post.objects.values_list("pk", flat=True)) == []
    assert not AuditEntry.objects.filter(at__gt=now).exists()
    assert not AuthorizationCode.objects.filter(starts_at__lt=F("post__posted_at")).exists()


def every(enum):
    return {member.value for member in enum}


def values(rows, name):
    """The values of a field that are there at all."""
    return set(rows.values_list(name, flat=True)) - {"", None}


def test_every_state_of_a_code_a_flight_and_a_verdict_is_there():
    now = DAYS[0]
    brand = load_demo(logins=new_logins(), now=now)
    pages = [post_page(brand, pk, now=now) for pk in Post.objects.values_list("pk", flat=True)]
    flights = [line for page in pages for line in page.flight_lines]
    assert {line.status for page in pages for line in page.code_lines} == set(CodeStatus)
    assert {line.status for line in flights} == set(FlightStatus)
    assert {line.coverage.verdict for line in flights if line.coverage} == set(Verdict)
    first_gaps = [page.answer.first_gap for page in pages if page.answer.first_gap]
    assert {reason for gap in first_gaps for reason in gap.reasons} == set(Reason)
    idle = [page.answer.coverage.verdict for page in pages if not page.flight_lines]
    assert set(idle) >= {Verdict.LAPSES, Verdict.BLOCKED}
    assert {todo.title for page in pages for todo in page.todos} == {
        "Apply the replacement",
        "Apply the code",
        "Ask when it was generated",
        "Verify the end",
        "Note when the rights began",
        "State the term of the rights",
        "Mind that it may vanish",
        "Say who answers comments",
        "Add a landing page",
        "Check the lane",
        "Read the caption again",
    }


def test_every_kind_of_post_is_there():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    posts, stages = Post.objects.for_brand(brand), StageEvent.objects.for_brand(brand)
    metrics = MetricsSnapshot.objects.for_brand(brand)
    assert values(posts, "method") == every(Method)
    assert values(posts, "lane") == every(Lane)
    assert values(posts, "use_case") == every(UseCase)
    assert values(posts, "payment_state") == every(PaymentState)
    assert values(stages, "stage") == every(Stage)
    assert values(metrics, "source") == every(MetricsSource)
    for there in (
        "unavailable_from",
        "replaces",
        "brief",
        "hand_off_note",
        "caption",
        "offer",
        "draft_due_on",
    ):
        assert values(posts, there), there
    assert posts.filter(url="").exists()
    assert posts.filter(creator__own_account=True).exists()
    links = AccountLink.objects.for_brand(brand)
    assert {link.ends_at is None for link in links} == {True, False}


def test_every_kind_of_code_is_there():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    codes = AuthorizationCode.objects.for_brand(brand)
    assert values(codes, "end_source") == every(EndSource)
    assert values(codes, "window_days") >= {30, 60, 365}
    for there in ("revoked_at", "rejected_error", "last_checked_at"):
        assert values(codes, there), there
    assert codes.filter(source_post_ciphertext__isnull=False).exists()
    assert codes.get(start_assumed=True).starts_on
    # Extended, replaced in time, replaced and not taken along yet.
    assert codes.filter(window_days=60, end_source=EndSource.CREATOR).exists()
    applied = {code.post.title: code.uses.exists() for code in codes.filter(supersedes__isnull=False)}
    assert applied == {"Night routine, one product": True, "Mask on, mask off": False}
    assert CodeUse.objects.for_brand(brand).filter(ad_account=None).exists()


def test_creators_were_asked_and_most_of_them_answered():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    requests = CodeRequest.objects.for_brand(brand)
    assert {request.post.title for request in requests.open()} == {
        "Weeknight ramen, one pan",
        "First run in the rain",
    }
    answered = requests.filter(answered_at__isnull=False)
    assert len(answered) == 6
    assert all(timedelta(days=1) <= each.answered_at - each.asked_at < timedelta(days=5) for each in answered)
    assert answered.filter(supersedes__isnull=False).exists()
    assert answered.filter(answered_by__rejected_at__isnull=False).exists()


def test_a_deliverable_waits_at_every_stage():
    now = DAYS[0]
    brand = load_demo(logins=new_logins(), now=now)
    events = StageEvent.objects.for_brand(brand).order_by("at")
    assert {*dict(events.values_list("post", "stage")).values()} == every(Stage)
    today = local_date(now, brand.time_zone)
    late = Post.objects.for_brand(brand).filter(url="", draft_due_on__lt=today, stages__stage=Stage.BRIEFED)
    assert "Cocoa that stays hot" in values(late, "title")
    assert all(brief.posts.exists() and brief.claim_boundaries for brief in Brief.objects.for_brand(brand))


def test_every_form_of_rights_is_there():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    rights = UsageRight.objects.for_brand(brand)
    assert values(rights, "trigger") == every(RightTrigger)
    for form in ("ends_on", "term_days", "term_months", "post", "brief", "creator", "fee", "spend_cap"):
        assert values(rights, form), form
    assert values(rights, "perpetual") == {True, False} == values(rights, "paid_amplification")
    assert values(rights, "creator_may_remove") == {True}
    assert any(right.starts_at and not right.term_stated for right in rights)
    assert rights.filter(starts_at=None).exclude(trigger=RightTrigger.FIXED).exists()
    assert rights.filter(starts_at__isnull=False).exclude(trigger=RightTrigger.FIXED).exists()
    assert {tuple(right.channels) for right in rights} == {(), ("Instagram",)}
    assert ["GB", "IE"] in [right.territories for right in rights]


def test_every_kind_of_flight_is_there():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    flights = Flight.objects.for_brand(brand)
    assert values(flights, "spend_source") == every(SpendSource)
    for there in ("run_anyway_reason", "launched_at", "paused_at", "ended_at"):
        assert values(flights, there), there
    assert flights.filter(starts_on=None).exists()
    assert flights.filter(starts_on__isnull=False, ends_on=None).exists()
    assert {flights.filter(ad_account=None).exists(), flights.filter(daily_spend=None).exists()} == {True}
    abroad = AdAccount.objects.for_brand(brand).get(currency="GBP")
    assert (brand.time_zone, brand.currency, abroad.time_zone) == ("America/New_York", "USD", "Europe/London")
    assert abroad.flights.exists()


def test_ids_links_and_codes_have_the_shape_of_tiktoks():
    brand = load_demo(logins=new_logins(), now=DAYS[0])
    posts = Post.objects.for_brand(brand).exclude(url="").select_related("creator")
    assert len(posts) == 31
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
