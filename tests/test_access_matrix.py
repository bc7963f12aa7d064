"""Who gets what at every address. A route that is not in a table fails; so does one that answers differently.

``login``: sent to the login (the admin has its own door to it). ``again``: asked for the password once more.
"""

import copy
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin import site
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from brands.enums import Role
from brands.models import User
from tests.access.everything import Everything
from tests.access.routes import Route, routes, url_of
from tests.access.stored import everything_stored
from tests.factories import UserFactory
from tests.world import NOW, World, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# One table an app or subject: route, method, and what each kind of person gets.
PAGES = Path(__file__).parent / "access" / "pages"

# Roles in a brand count for nothing here: "member" is the admin of one. Staff have no rights of their own.
ADMIN = """
    route                       method  anonymous  member  staff  superuser
    admin_password_change       GET     302        302     302    302
    admin_password_change       POST    302        302     302    302
    admin:index                 GET     login      login   200    200
    admin:index                 POST    login      login   200    200
    admin:login                 GET     login      403     302    302
    admin:login                 POST    login      403     200    200
    admin:logout                GET     302        302     405    405
    admin:logout                POST    302        302     200    200
    admin:password_change       GET     302        302     302    302
    admin:password_change       POST    302        302     302    302
    admin:password_change_done  GET     login      login   200    200
    admin:password_change_done  POST    login      login   405    405
    admin:autocomplete          GET     login      login   403    403
    admin:autocomplete          POST    login      login   405    405
    admin:jsi18n                GET     login      login   200    200
    admin:jsi18n                POST    login      login   405    405
    admin:view_on_site          GET     login      login   404    404
    admin:view_on_site          POST    login      login   404    404
    admin:app_list              GET     login      login   404    200
    admin:app_list              POST    login      login   404    200
    admin/(?P<url>.*)           GET     login      login   404    404
    admin/(?P<url>.*)           POST    login      login   404    404
"""

# What a superuser may do; staff without rights may do nothing, all others are sent to the login. The lists of axes
# open as forms in which nothing can be typed.
MODELS = """
    model                             add  change  delete
    alerts.attempt                    -    -       -
    alerts.delivery                   -    -       -
    alerts.heartbeat                  -    -       -
    authorizations.accountlink        yes  yes     -
    authorizations.authorizationcode  yes  yes     -
    authorizations.coderequest        -    -       -
    authorizations.codeuse            yes  -       -
    authorizations.postgap            -    -       -
    authorizations.usageright         yes  yes     -
    axes.accessattempt                -    yes     yes
    axes.accessfailurelog             -    yes     yes
    axes.accesslog                    -    yes     yes
    brands.adaccount                  yes  yes     -
    brands.attachment                 -    -       -
    brands.auditentry                 -    -       -
    brands.brand                      yes  yes     -
    brands.invitation                 yes  -       -
    brands.membership                 -    yes     -
    brands.user                       -    yes     -
    campaigns.campaign                yes  yes     -
    campaigns.columnmeaning           -    -       -
    campaigns.flight                  yes  yes     -
    campaigns.importedrow             -    -       -
    campaigns.importpiece             -    -       -
    campaigns.importrow               -    -       -
    campaigns.importrun               -    -       -
    campaigns.ownername               -    -       -
    creators.creator                  yes  yes     -
    mfa.authenticator                 -    -       yes
    posts.brief                       yes  yes     -
    posts.metricssnapshot             yes  -       -
    posts.post                        yes  yes     -
    posts.stageevent                  yes  -       -
"""

MODEL_PAGES = ("changelist", "add", "history", "delete", "change")


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield Everything()


def site_clients(world: Everything) -> dict[str, Client]:
    """One browser a column of the tables of pages."""
    other = World().member(Role.ADMIN)
    members = {role.value: client_of(world.people[role]) for role in Role}
    return {"anonymous": Client(), "other": client_of(other), **members}


def staff(**fields: Any) -> User:
    """Somebody who may open the admin."""
    user: Any = UserFactory(is_staff=True, **fields)
    return user


def admin_clients(world: Everything) -> dict[str, Client]:
    """One browser a column of ADMIN."""
    return {
        "anonymous": Client(),
        "member": client_of(world.people[Role.ADMIN]),
        "staff": client_of(staff()),
        "superuser": client_of(staff(is_superuser=True)),
    }


# --- The tables -------------------------------------------------------------------------------------------------
def test_every_page_answers_each_role_as_the_table_says(world):
    own = [route for route in routes() if not route.is_admin]
    stated = [row for table in sorted(PAGES.glob("*.txt")) for row in expected(table.read_text())]
    assert sorted(observed(own, site_clients(world), lambda route: url_of(route, world))) == sorted(stated)


def test_every_address_of_the_admin_answers_as_the_table_says(world):
    general = [route for route in routes() if route.is_admin and model_of(route) is None]
    clients = admin_clients(world)
    assert observed(general, clients, admin_url) == expected(ADMIN)


def test_the_admin_offers_of_each_model_what_the_table_says(world):
    fill_foreign_models(world)
    clients = admin_clients(world)
    superuser, staff = clients.pop("superuser"), clients.pop("staff")
    before = everything_stored()
    lines = []
    for model in sorted(site._registry, key=lambda model: model._meta.label_lower):
        urls = {page: model_url(model, page) for page in MODEL_PAGES}
        for page, url in urls.items():
            method = "GET" if page in {"changelist", "history"} else "POST"
            assert {answer(client, method, url) for client in clients.values()} == {"login"}, url
            assert answer(staff, method, url) == "403", url
        read = {page: superuser.get(url).status_code for page, url in urls.items()}
        assert {read[page] for page in ("changelist", "history", "change")} == {200}, read
        may = [answer(superuser, "POST", urls[name]) != "403" for name in ("add", "change", "delete")]
        lines.append([model._meta.label_lower, *("yes" if it else "-" for it in may)])
    assert lines == expected(MODELS)
    assert everything_stored() == before, "reading changed something"


def expected(table: str) -> list[list[str]]:
    """The lines of a table without its head."""
    return [line.split() for line in textwrap.dedent(table).strip().splitlines()[1:]]


def observed(found: list[Route], clients: dict[str, Client], url: Callable[[Route], str]) -> list[list[str]]:
    """What each of ``clients`` gets at each route, in the form of the tables."""
    return [
        [route.name, method, *(answer(client, method, url(route)) for client in clients.values())]
        for route in found
        for method in ("GET", "POST")
    ]


def answer(client: Client, method: str, url: str) -> str:
    """The status in the words of the tables; what the request changed is undone."""
    cookies = copy.deepcopy(client.cookies)
    with undone():
        response = client.generic(method, url)
    client.cookies = cookies
    place = response.get("Location", "")
    if place.startswith((reverse("account_login"), reverse("admin:login"))):
        return "login"
    return "again" if place.startswith(reverse("account_reauthenticate")) else str(response.status_code)


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- Addresses of the admin ----------------------------------------------------------------------------------------
def model_of(route: Route) -> type[Model] | None:
    """The model whose list, form or history an address of the admin shows."""
    parts = route.pattern.split("/")
    return next((model for model in site._registry if model._meta.label_lower == ".".join(parts[1:3])), None)


def admin_url(route: Route) -> str:
    """The address of a page of the admin that belongs to no model."""
    values = {"content_type_id": "1", "object_id": "1", "app_label": "brands", "url": "nowhere/"}
    if ":" not in route.name and route.parameters:
        return f"/admin/{values['url']}"
    return reverse(route.name, kwargs={name: values[name] for name in route.parameters})


def model_url(model: type[Model], page: str) -> str:
    """The address of a page of the admin for ``model``, for its first row where it needs one."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    row = model._default_manager.first()
    assert row is not None, f"no {model._meta.label} to open"
    return reverse(name, args=[] if page in {"changelist", "add"} else [row.pk])


def fill_foreign_models(world: Everything) -> None:
    """A row of every model that is not ours but in the admin."""
    user = world.people[Role.ADMIN]
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    AccessAttempt.objects.create(username=user.email, failures_since_start=1)
    AccessLog.objects.create(username=user.email)
    AccessFailureLog.objects.create(username=user.email)


# --- What no method may do -------------------------------------------------------------------------------------------
def page_urls(world: Everything) -> list[str]:
    """The addresses of all our pages, for things that are there."""
    return [url_of(route, world) for route in routes() if not route.is_admin]


def admin_urls(world: Everything) -> list[str]:
    """The addresses of the admin, for things that are there."""
    fill_foreign_models(world)
    general = [admin_url(route) for route in routes() if route.is_admin and model_of(route) is None]
    return general + [model_url(model, page) for model in site._registry for page in MODEL_PAGES]


def test_reading_changes_nothing(world):
    # What members read is in access/test_tenants.py, the pages of models are read above.
    superuser = admin_clients(world)["superuser"]
    anonymous = site_clients(world)["anonymous"]
    admin = [admin_url(route) for route in routes() if route.is_admin and model_of(route) is None]
    pages = page_urls(world)
    before = everything_stored()
    for url in admin:
        superuser.get(url)
    for url in pages:
        anonymous.get(url)
    assert everything_stored() == before


def test_no_page_fails_whatever_the_method(world):
    client = client_of(world.people[Role.ADMIN])
    failed = [
        (method, url)
        for url in page_urls(world)
        for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
        if answer(client, method, url).startswith("5")
    ]
    assert failed == []


def test_every_form_of_another_site_is_refused(world):
    # The links of mails count for whoever has them, in any browser: no cookie is asked.
    pages = [url for url in page_urls(world) if not url.startswith("/mail/")]
    admin = admin_urls(world)
    superuser = staff(is_superuser=True)
    for user, urls in ((world.people[Role.ADMIN], pages), (superuser, admin)):
        client = client_of(user, enforce_csrf_checks=True)
        for url in urls:
            assert answer(client, "POST", url) == "403", url


def test_things_of_another_brand_are_not_there_under_ones_own_address(world):
    other = Everything(handle="stranger")
    # Kinds and places are the same in every brand.
    common = {"slug", "kind", "place"}
    deeper = [route for route in routes() if "slug" in route.parameters and {*route.parameters} - common]
    assert deeper
    for role in (Role.VIEWER, Role.ADMIN):  # what others may lies between
        client = client_of(world.people[role])
        for route in deeper:
            own = {"slug": world.brand.slug, **other.ids}
            foreign = {"slug": other.brand.slug, **world.ids}
            for values in (own, foreign):
                url = reverse(route.name, kwargs={name: values[name] for name in route.parameters})
                answers = {answer(client, method, url) for method in ("GET", "POST")}
                # 403 says only what the role may not do anywhere; an admin may do everything.
                assert answers & ({"404"} if role is Role.ADMIN else {"404", "403"}), url
                assert answers <= {"404", "403", "405"}, url


def test_the_page_for_nothing_is_the_same_for_what_is_there_and_what_is_not(world):
    other = Everything(handle="stranger")
    client = client_of(world.people[Role.ADMIN])
    pages = {
        re.sub(
            r'name="csrf[^>]*',
            "",
            client.get(f"/b/{slug}/{rest}", HTTP_X_REQUEST_ID="the-same").content.decode(),
        )
        for slug, rest in [
            (other.brand.slug, ""),
            ("no-such-brand", ""),
            (other.brand.slug, f"posts/{other.full.pk}/"),
            ("no-such-brand", f"posts/{world.full.pk}/"),
        ]
    }
    assert len(pages) == 1


def test_probes_answer_everybody_and_say_nothing(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok", "database": "ok", "broker": "ok"}
