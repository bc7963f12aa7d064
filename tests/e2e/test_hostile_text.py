"""Text that would be a script, in every field that somebody can write, on every page: it is shown, never run."""

import pytest
from django.contrib.admin import site
from django.urls import reverse

from brands.enums import Role
from brands.operations.invitations import Invite, invite_people
from campaigns.models import ImportRun
from sparktrack.core.clock import utc_now
from tests.access.everything import APPS, Everything
from tests.factories import UserFactory
from workplace.enums import Figure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

CORPUS = {
    "script": "--></title></style><script>alert(1)</script>",
    "attribute": "\"'><svg/onload=alert(1)><img src=/x onerror=alert(1)>",
    "address": "javascript:alert(1)//<iframe src=javascript:alert(1)>",
    "template": "{{ 7|add:7 }}{% debug %}&lt;b&gt;&#60;script&#62;alert(1)&amp;",
    "controls": "\u202ereversed\u2066\u200b\u0085\u2028line",
}

# What a text must not have become, in the page as the browser built it.
_INJECTED = """() => [
    ...document.querySelectorAll("script:not([src]), iframe, object, embed, style, [style], a[href^='javascript:' i]"),
    ...[...document.querySelectorAll("*")].filter(
        element => [...element.attributes].some(attribute => attribute.name.startsWith("on")))
].map(element => element.outerHTML.slice(0, 200))"""


@pytest.fixture
def world():
    return Everything(now=utc_now())


@pytest.fixture
def look(page):
    """Opens pages and answers what came alive on them; dialogs count, the console is watched by ``context``."""
    alive = []
    page.on("dialog", lambda dialog: (alive.append(dialog.message), dialog.dismiss()))

    def at(*paths):
        for path in paths:
            response = page.goto(path)
            assert response.status < 400, path
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            alive.extend(f"{path}: {found}" for found in page.evaluate(_INJECTED))
        return alive

    return at


def test_pages_show_hostile_text_as_text(world, page, enter, look):
    enter(world.people[Role.ADMIN])
    board = f"/b/{world.brand.slug}/"
    posts = [f"{board}posts/{post.pk}/" for post in (world.full, world.linked, world.inventory)]
    runs = [f"{board}imports/{pk}/" for pk in ImportRun.objects.values_list("pk", flat=True)]
    imports = [f"{board}imports/", *runs, *(f"{run}?step=columns" for run in runs)]
    others = [f"{board}findings/", f"{board}?section=stops&q=1", "/brands/", "/account/"]
    alert = world.ids["alert"]
    others += [
        f"{board}alerts/?state=snoozed",
        f"{board}alerts/?state=acknowledged",
        f"{board}alerts/{alert}/",
    ]
    others += [f"{board}rights/", f"{board}rights/{world.ids['right']}/", f"{posts[0]}evidence/"]
    member = f"people/{world.ids['member']}/"
    for place in (
        "yours/",
        "settings/",
        "settings/ad-accounts/",
        "settings/tokens/",
        f"settings/tokens/{world.ids['api_token']}/revoke/",
        "people/",
        member,
        f"{member}remove/",
        "audit/",
    ):
        others.append(f"{board}{place}")
    flight, campaign = world.ids["flight"], world.ids["campaign"]
    for place in (
        "campaigns/",
        f"campaigns/{campaign}/",
        f"campaigns/{campaign}/edit/",
        "flights/",
        f"flights/add/?like={flight}",
        f"flights/{flight}/",
        f"flights/{flight}/launch-sheet/",
        f"flights/move/?campaign={campaign}&by=days&days=7",
        "peak/",
        "calendar/",
        "calendar/?view=agenda",
        *(f"reports/?figure={figure.value}" for figure in Figure),
    ):
        others.append(f"{board}{place}")
    others.append("/board/")
    for name, text in CORPUS.items():
        world.write_everywhere(text)
        assert look(board, *others, *posts, *imports) == [], name
        page.goto(posts[0])
        # It is there, letter for letter.
        assert text.split("\u0085")[0] in page.locator("main").evaluate("main => main.textContent"), name


def test_hostile_text_in_an_address_is_shown_as_text(world, enter, look):
    enter(world.people[Role.VIEWER])
    quoted = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    assert (
        look(f"/b/{world.brand.slug}/?q={quoted}", f"/b/{world.brand.slug}/?q={quoted}&section=stops") == []
    )


@pytest.mark.console_errors
def test_refused_addresses_show_hostile_text_as_text(world, enter, page):
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    enter(world.people[Role.VIEWER])
    quoted = "%22%3E%3Csvg/onload=alert(1)%3E"
    board = f"/b/{world.brand.slug}/"
    for path in (
        f"{board}?{quoted}=1",
        f"{board}?creator={quoted}",
        f"{board}?after={quoted}",
        f"/{quoted}",
        f"/planner/?zone={quoted}",
    ):
        page.goto(path)
        assert page.evaluate(_INJECTED) == []
    assert dialogs == []


def test_an_invitation_shows_hostile_names_as_text(world, look):
    world.write_everywhere(CORPUS["attribute"])
    (issued,) = invite_people(invites=[Invite("ada@example.com", Role.BUYER)], **world.by)
    assert look(f"/invitations/{issued.token}/") == []


def test_the_admin_shows_hostile_text_as_text(world, page, enter):
    world.write_everywhere(CORPUS["attribute"])
    enter(UserFactory(is_staff=True, is_superuser=True))
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for model in site._registry:
        if model._meta.app_label in APPS:
            place = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            row = model.objects.filter(pk=world.full.pk).first() or model.objects.order_by("-pk").first()
            for path in (reverse(f"{place}_changelist"), reverse(f"{place}_change", args=[row.pk])):
                assert page.goto(path).status == 200, path
                # Django's admin has a style of its own here and there; ours alone has no scripts in the page.
                assert (
                    page.locator("script:not([src]):not([type]), iframe, [onerror], [onload]").count() == 0
                ), path
    assert dialogs == []
