"""Two people edit the same thing: the second sees both versions, and nothing is overwritten silently."""

from datetime import timedelta

import pytest
from django import forms

from brands.models import AuditEntry, User
from brands.operations.edits import Edit
from creators.models import Creator
from creators.operations import edit_creators
from sparktrack.core.actors import Actor, ActorKind
from tests.world import NOW, World
from workplace.forms.careful import CarefulForm

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(minutes=3)


class CreatorForm(CarefulForm):
    display_name = forms.CharField(required=False)
    country = forms.ChoiceField(choices=[("", "Unknown"), ("DE", "Germany"), ("US", "United States")])
    country.required = False
    manager = forms.ModelChoiceField(queryset=User.objects.all(), required=False)

    def __init__(self, *args, creator, **kwargs):
        stored = {
            "display_name": creator.display_name,
            "country": creator.country,
            "manager": creator.manager_id,
        }
        super().__init__(*args, row=creator, stored=stored, now=LATER, **kwargs)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def creator(world):
    return world.creator("maya", details={"display_name": "Maya", "country": "DE"})


def seen(creator):
    """What the page of ``creator`` holds when it is opened."""
    form = CreatorForm(creator=creator)
    return {name: form[name].value() or "" for name in form.fields}


def somebody_sets(world, creator, **values):
    kim = Actor(kind=ActorKind.USER, id="1", label="kim@example.com")
    edit_creators(
        brand=world.brand,
        edits=[Edit(Creator.objects.get(pk=creator.pk), values)],
        now=NOW,
        actor=kim,
    )


def answer(creator, data):
    """The form as it is checked when ``data`` comes back."""
    return CreatorForm(data, creator=Creator.objects.get(pk=creator.pk))


def test_only_what_was_changed_is_written(creator):
    form = answer(creator, {**seen(creator), "display_name": "Maya G."})
    assert form.is_valid()
    assert form.changes == {"display_name": "Maya G."}


def test_what_another_changed_meanwhile_stays_when_it_is_another_field(world, creator):
    page = seen(creator)
    somebody_sets(world, creator, country="US")
    form = answer(creator, {**page, "display_name": "Maya G."})
    assert form.is_valid()
    assert form.changes == {"display_name": "Maya G."}


def test_the_same_field_shows_both_versions_and_asks_again(world, creator):
    page = seen(creator)
    somebody_sets(world, creator, display_name="M. Winter")
    form = answer(creator, {**page, "display_name": "Maya G."})
    assert not form.is_valid()
    assert form.is_overtaken
    assert form["display_name"].value() == "Maya G."
    assert form.errors["display_name"] == [
        "kim@example.com changed this 3 min ago, to: M. Winter. Save again to put yours in its place."
    ]
    again = {name: form[name].value() or "" for name in form.fields}
    form = answer(creator, again)
    assert form.is_valid()
    assert form.changes == {"display_name": "Maya G."}


def test_both_meant_the_same(world, creator):
    page = seen(creator)
    somebody_sets(world, creator, display_name="Maya G.")
    assert answer(creator, {**page, "display_name": "Maya G."}).is_valid()


def test_choices_and_people_are_named_in_words(world, creator):
    page = seen(creator)
    kim = world.member(full_name="Kim Lee")
    somebody_sets(world, creator, country="US", manager=kim)
    other = world.member(full_name="Noor Ali")
    form = answer(creator, {**page, "country": "", "manager": other.pk})
    assert "to: United States." in form.errors["country"][0]
    assert "to: Kim Lee." in form.errors["manager"][0]


def test_a_change_without_a_trace_is_somebodys(world, creator):
    page = seen(creator)
    Creator.objects.filter(pk=creator.pk).update(display_name="M.")
    AuditEntry.objects.all().delete()
    form = answer(creator, {**page, "display_name": "Maya G."})
    assert form.errors["display_name"][0].startswith("Somebody changed this, to: M.")


def test_a_page_that_was_tampered_with_is_refused(creator):
    form = answer(creator, {**seen(creator), "was": "forged", "display_name": "X"})
    assert not form.is_valid()
    assert form.non_field_errors() == ["This page is broken. Load it again, then save."]


def test_line_breaks_of_browsers_and_blanks_around_are_no_change(world):
    lines = world.creator("lines", details={"display_name": " Maya\nGlow "})
    form = answer(lines, {**seen(lines), "display_name": "Maya\r\nGlow"})
    assert form.is_valid()
    assert form.changes == {}


def test_a_page_that_does_not_say_what_was_seen_empties_nothing(creator):
    form = answer(creator, {"country": "US"})
    assert not form.is_valid()
    form = answer(creator, {"country": "US", "was": seen(creator)["was"]})
    assert form.is_valid()
    assert form.changes == {"country": "US"}


def test_who_saves_again_does_not_take_back_what_only_others_changed(world, creator):
    page = seen(creator)
    kim = world.member(full_name="Kim Lee")
    somebody_sets(world, creator, display_name="M. Winter", country="US", manager=kim)
    form = answer(creator, {**page, "display_name": "Maya G."})
    assert set(form.errors) == {"display_name"}
    again = {name: form[name].value() or "" for name in form.fields}
    assert (again["country"], again["manager"]) == ("US", str(kim.pk))
    form = answer(creator, again)
    assert form.is_valid()
    assert form.changes == {"display_name": "Maya G."}
