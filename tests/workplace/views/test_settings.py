"""Settings of a brand: what it is called, where its dates are read, what its rules count as strong."""

import re
from decimal import Decimal
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import PostGap, UsageRight
from authorizations.operations.recording import CodeDraft, record_codes
from brands.enums import Role
from brands.models import AuditEntry, Brand
from brands.operations.brands import change_brand_settings
from campaigns.models import Flight
from campaigns.operations.zones import preview_brand_zone
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def client(world):
    return client_of(world.member(Role.ADMIN))


def words(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def save(client, world, route="settings-brand", **values):
    """The form as a browser sends it: with what its reader saw."""
    address = reverse(route, args=[world.brand.slug])
    form = client.get(address).context["form"]
    shown = {field.html_name: field.value() for field in form}
    data = {**shown, **values}
    return client.post(address, {name: value for name, value in data.items() if value not in {None, False}})


def fresh(world):
    return Brand.objects.get(pk=world.brand.pk)


def test_an_admin_changes_what_a_brand_is(world, client):
    answer = save(client, world, name="Northbeam EU", currency="eur", window_days=60, tracks_rights=False)
    assert answer.status_code == 302
    brand = fresh(world)
    assert (brand.name, brand.currency, brand.window_days, brand.tracks_rights) == (
        "Northbeam EU",
        "EUR",
        60,
        False,
    )
    assert set(AuditEntry.objects.for_brand(brand).values_list("action", flat=True)) == {
        "brand.settings_changed",
        "brand.rights_tracking_set",
    }
    assert "Saved." in words(client.get(answer["Location"]))
    assert "Nothing had changed." in words(client.get(save(client, world)["Location"]))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"currency": "€€"}, "at least 3 characters"),
        ({"currency": "12€"}, "Not a currency"),
        ({"time_zone": "Berlin"}, "No such time zone"),
        ({"window_days": 31}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(values, said, world, client):
    answer = save(client, world, **values)
    assert answer.status_code == 422
    assert said in words(answer)
    assert fresh(world).name == "Northbeam"


def dated(world):
    """A code, a right and three flights, of which one is read in the zone of its own account."""
    post = world.post()
    record_codes(drafts=[CodeDraft(post, spark_code(), starts_on=world.day(-1), window_days=30)], **world.by)
    right = world.right(world.day(-5), world.day(5), post=post)
    world.flight(post, world.day(-1), world.day(20))
    world.flight(post, world.day(1), None, ad_account=world.account())
    world.flight(post, world.day(1), world.day(9), ad_account=world.account(time_zone="Asia/Tokyo"))
    return post, right


def stored(world):
    return {
        "flights": list(
            Flight.objects.for_brand(world.brand).order_by("pk").values_list("starts_at", "ends_at")
        ),
        "rights": list(UsageRight.objects.for_brand(world.brand).values_list("starts_at", "ends_at")),
        "gaps": sorted(map(str, PostGap.objects.for_brand(world.brand).values_list("starts_at", "ends_at"))),
    }


def test_a_new_zone_is_looked_at_before_dates_are_read_there(world, client):
    _, right = dated(world)
    before = stored(world)
    asked = save(client, world, time_zone="Europe/Berlin", name="Nordstern")
    assert asked.status_code == 200
    said = words(asked)
    assert "Dates read in Europe/Berlin" in said
    assert "Days begin 6 h earlier." in said
    assert "2 flights, 1 right and 1 code begin or end at another instant" in said
    assert "Nordstern" in asked.content.decode()
    assert stored(world) == before
    assert fresh(world).name == "Northbeam"
    assert not AuditEntry.objects.filter(action="brand.zone_changed").exists()

    looked = re.search(r'name="looked" value="([^"]+)"', asked.content.decode())[1]
    done = save(client, world, time_zone="Europe/Berlin", name="Nordstern", looked=looked)
    assert done.status_code == 302
    entry = AuditEntry.objects.get(action="brand.zone_changed")
    assert entry.after == {"time_zone": "Europe/Berlin", "rows_moved": 4}
    after = stored(world)
    assert sum(old != new for old, new in zip(before["flights"], after["flights"], strict=True)) == 2
    right.refresh_from_db()
    assert right.starts_at == before["rights"][0][0] - DAY / 4
    assert fresh(world).name == "Nordstern"


def test_another_zone_than_the_one_looked_at_is_looked_at_again(world, client):
    answer = save(client, world, time_zone="Asia/Tokyo", looked="Europe/Berlin")
    assert "Dates read in Asia/Tokyo" in words(answer)
    assert "Nothing on file moves." in words(answer)
    assert fresh(world).time_zone == "America/New_York"


def test_what_would_move_is_what_moves(world, client):
    dated(world)
    for zone in ("Asia/Tokyo", "UTC", "America/Toronto", "Pacific/Apia"):
        moved = preview_brand_zone(brand=world.brand, zone=zone)
        save(client, world, time_zone=zone, looked=zone)
        entry = AuditEntry.objects.filter(action="brand.zone_changed").order_by("-pk")[0]
        assert entry.after == {"time_zone": zone, "rows_moved": moved.rows}


def test_two_admins_who_change_the_same_both_see_it(world, client):
    address = reverse("settings-brand", args=[world.brand.slug])
    shown = {field.html_name: field.value() for field in client.get(address).context["form"]}
    change_brand_settings(values={"name": "Other"}, **world.by)
    answer = client.post(address, {**shown, "name": "Mine"})
    assert answer.status_code == 409
    assert "to: Other" in words(answer)
    assert fresh(world).name == "Other"


def test_what_is_strong_may_be_anything(world, client):
    assert save(client, world, "settings-rules", strong_views="", strong_engagement="4.25").status_code == 302
    brand = fresh(world)
    assert (brand.strong_views, brand.strong_engagement) == (None, Decimal("4.25"))
    for wrong in ({"strong_views": "-1"}, {"strong_engagement": "101"}, {"strong_views": "many"}):
        assert save(client, world, "settings-rules", **wrong).status_code == 422


def test_what_ads_are_called_is_shown_while_it_is_typed(world, client):
    world.post(world.creator("maya.glow"), tiktok_post_id="7301184422019655681")
    address = reverse("settings-rules", args=[world.brand.slug])
    assert "20261121_maya.glow_MorningRoutine_655681" in words(client.get(address))
    typed = client.get(
        reverse("settings-rules-example", args=[world.brand.slug]), {"ad_name_template": "{sku}-{post_tail}"}
    )
    assert "SKU7-655681" in words(typed) or "SKU-7-655681" in words(typed)
    wrong = client.get(
        reverse("settings-rules-example", args=[world.brand.slug]), {"ad_name_template": "{skuu}"}
    )
    assert "Did you mean {sku}?" in words(wrong)
    refused = save(client, world, "settings-rules", ad_name_template="{skuu}_{date}")
    assert refused.status_code == 422
    assert "Did you mean {sku}?" in words(refused)
    assert save(client, world, "settings-rules", ad_name_template=" {date}_{sku} ").status_code == 302
    assert fresh(world).ad_name_template == "{date}_{sku}"


def test_the_side_navigation_has_what_the_role_may(world, client):
    def places(who, route):
        page = who.get(reverse(route, args=[world.brand.slug])).content.decode()
        nav = page.partition('class="sidenav"')[2].partition("</nav>")[0]
        return re.findall(r">([^<>]+)</a>", nav), re.findall(r'aria-current="page">([^<]+)<', nav)

    everything = [
        "Brand",
        "Warnings",
        "Channels",
        "People",
        "Ad accounts",
        "API tokens",
        "Ad names &amp; rules",
        "Imports",
        "Audit",
    ]
    for route, name in (
        ("settings-brand", "Brand"),
        ("brand-settings", "Warnings"),
        ("channels", "Channels"),
        ("people", "People"),
        ("ad-accounts", "Ad accounts"),
        ("api-tokens", "API tokens"),
        ("settings-rules", "Ad names &amp; rules"),
    ):
        assert places(client, route) == (everything, [name])
    assert places(client_of(world.member(Role.MANAGER)), "people")[0] == ["People", "Imports"]
    assert places(client_of(world.member(Role.VIEWER)), "people")[0] == ["People"]
