import pytest
from django.http import QueryDict

from authorizations.enums import Reason
from brands.enums import Role
from campaigns.filters import FlightFilter
from campaigns.models import Flight
from tests.campaigns.scenes import covered
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def chosen(world, query=""):
    """The filters of a query that is fine."""
    filters = FlightFilter(QueryDict(query), brand=world.brand)
    assert filters.is_valid(), filters.errors
    return filters


def errors(world, query):
    filters = FlightFilter(QueryDict(query), brand=world.brand)
    assert not filters.is_valid()
    return {name: messages[0] for name, messages in filters.errors.items()}


def test_nothing_asked_means_all_flights_of_the_brand(world):
    choice = chosen(world).choice(now=NOW)
    assert (choice.brand, choice.flights, choice.reason, choice.gap_before) == (world.brand, None, None, None)
    assert (
        chosen(world, "q=&buyer=&campaign=&creator=&reason=&lapses_within=&section=").choice(now=NOW).flights
        is None
    )


def test_what_depends_on_the_verdict_goes_into_the_choice(world):
    choice = chosen(world, "reason=code_expired&lapses_within=7").choice(now=NOW)
    assert choice.reason is Reason.CODE_EXPIRED
    assert choice.gap_before == NOW + 7 * DAY
    assert choice.flights is None
    assert chosen(world, "lapses_within=0").choice(now=NOW).gap_before == NOW


def test_flights_are_only_those_of_the_brand(world):
    own, other = covered(world), World()
    covered(other)
    narrowed = chosen(world, "q=creator").choice(now=NOW).flights
    assert narrowed is not None
    assert list(narrowed) == [own]
    assert Flight.objects.count() == 2


def test_only_people_and_campaigns_of_the_brand_are_offered(world):
    other = World()
    ada, _ = world.member(Role.BUYER, full_name="Ada"), other.member(Role.BUYER, full_name="Eve")
    campaign, _ = world.campaign("Ours"), other.campaign("Theirs")
    form = chosen(world).form
    assert [str(label) for _, label in form.fields["buyer"].choices] == ["All buyers", "Ada"]
    assert [str(label) for _, label in form.fields["campaign"].choices] == ["All campaigns", "Ours"]
    assert chosen(world, f"buyer={ada.pk}&campaign={campaign.pk}").form.cleaned_data["buyer"] == ada


def test_two_brands_at_once_do_not_get_each_others_choices(world):
    other = World()
    world.campaign("Ours")
    other.campaign("Theirs")
    first, second = chosen(world), chosen(other)
    assert [str(label) for _, label in first.form.fields["campaign"].choices][1:] == ["Ours"]
    assert [str(label) for _, label in second.form.fields["campaign"].choices][1:] == ["Theirs"]


@pytest.mark.parametrize("typed", ["maya.glow", "@Maya.Glow", " https://www.tiktok.com/@maya.glow "])
def test_a_creator_is_found_however_the_handle_is_typed(typed, world):
    data = QueryDict(mutable=True)
    data["creator"] = typed
    assert chosen(world, data.urlencode()).form.cleaned_data["creator"] == "maya.glow"


def test_only_the_first_eight_words_narrow_the_search(world):
    flight = covered(world)
    assert list(chosen(world, "q=" + "creator+" * 8 + "nowhere").qs) == [flight]
    assert list(chosen(world, "q=" + "creator+" * 7 + "nowhere").qs) == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "--", "%s", "%(brand)s", "{}"])
def test_signs_that_mean_something_to_a_database_are_only_searched_for(text, world):
    covered(world)
    data = QueryDict(mutable=True)
    data["q"] = text
    choice = chosen(world, data.urlencode()).choice(now=NOW)
    assert choice.flights is not None
    assert list(choice.flights) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=%07", "q"),
        ("q=" + "x" * 201, "q"),
        ("buyer=x", "buyer"),
        ("campaign=x", "campaign"),
        ("creator=a b", "creator"),
        ("reason=x", "reason"),
        ("lapses_within=3651", "lapses_within"),
        ("section=x", "section"),
    ],
)
def test_what_makes_no_sense_is_an_error_at_its_field(query, field, world):
    assert list(errors(world, query)) == [field]
