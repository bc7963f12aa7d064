"""Which campaigns the filter of the board offers, and how they are drawn."""

import pytest
from django import forms

from campaigns.filters import MOST_OFFERED, FlightFilter, PlainSelect
from campaigns.models import Campaign
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def offered(world, **query):
    """The filter, and the names it offers."""
    filtered = FlightFilter(query, brand=world.brand)
    return filtered, [label for _, label in filtered.form.fields["campaign"].choices][1:]


def test_only_the_newest_campaigns_are_offered_by_name(world):
    made = Campaign.objects.bulk_create(
        [
            Campaign(brand=world.brand, name=f"{number:03}", created_at=NOW)
            for number in range(MOST_OFFERED + 3)
        ]
    )
    assert offered(world)[1] == [campaign.name for campaign in made[3:]]


def test_an_older_campaign_in_the_url_is_offered_too_and_narrows_the_flights(world):
    old = world.campaign("The first")
    flight = world.flight(world.post(), None, campaign=old)
    Campaign.objects.bulk_create(
        [Campaign(brand=world.brand, name=f"{number:03}", created_at=NOW) for number in range(MOST_OFFERED)]
    )
    filtered, names = offered(world, campaign=str(old.pk))
    assert filtered.is_valid()
    assert list(filtered.qs) == [flight]
    assert names[-1] == "The first"
    assert f'<option value="{old.pk}" selected>The first</option>' in str(filtered.form["campaign"])


@pytest.mark.parametrize("other", ["nonsense", "", World])
def test_what_is_no_campaign_of_the_brand_is_refused_at_the_field(world, other):
    value = other().campaign().pk if other is World else other
    filtered, names = offered(world, campaign=str(value))
    assert names == []
    assert filtered.is_valid() is (value == "")
    assert ("campaign" in filtered.form.errors) is (value != "")


def test_the_plain_select_draws_what_django_draws():
    choices = [("", "All <b>"), ("1", 'Fish & "chips"'), ("2", "Two")]
    ours = PlainSelect({"class": "input"}, choices).render("campaign", "1", {"id": "id_campaign"})
    django = forms.Select({"class": "input"}, choices).render("campaign", "1", {"id": "id_campaign"})
    assert "".join(ours.split()) == "".join(django.split())
