import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from brands.access import actor_of, brand_view, viewer_zone
from brands.enums import Role
from brands.rules import POLICY, Action, may
from tests.factories import BrandFactory, MembershipFactory, UserFactory

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def page(action):
    @brand_view(action=action)
    def view(request):
        answer = (
            f"{request.brand.slug} {request.membership.role} {request.membership.user} {viewer_zone(request)}"
        )
        assert request.allowed == POLICY[Role(request.membership.role)]
        assert actor_of(request).label == request.user.email
        return HttpResponse(answer)

    return view


urlpatterns = [
    *(path(f"b/<slug:slug>/{action}/", page(action)) for action in Action),
    path("", include("sparktrack.urls")),
]


def enter(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(Role))
def test_a_member_gets_exactly_what_the_role_may(role, action):
    member = MembershipFactory(role=role)
    response = enter(member.user).get(f"/b/{member.brand.slug}/{action}/")
    assert response.status_code == (200 if may(role, action) else 403)


@pytest.mark.parametrize("action", [Action.VIEW, Action.MANAGE_PEOPLE])
def test_another_brand_is_not_there_whatever_the_role(action):
    client = enter(MembershipFactory(role=Role.ADMIN).user)
    foreign, nowhere = (
        client.get(f"/b/{MembershipFactory().brand.slug}/{action}/"),
        client.get(f"/b/nowhere/{action}/"),
    )
    assert (foreign.status_code, nowhere.status_code) == (404, 404)


def test_another_brand_and_no_brand_look_the_same():
    client = enter(UserFactory())
    same = {"x-request-id": "the-same-id"}
    foreign = client.get(f"/b/{MembershipFactory().brand.slug}/view/", headers=same)
    nowhere = client.get("/b/nowhere/view/", headers=same)
    assert foreign.content == nowhere.content


def test_anonymous_people_are_sent_to_the_login_and_back(client):
    slug = BrandFactory().slug
    assert client.get(f"/b/{slug}/view/")["Location"] == f"/accounts/login/?next=/b/{slug}/view/"


def test_htmx_gets_no_login_page_into_a_part_of_a_page(client):
    slug = BrandFactory().slug
    url, shown = f"/b/{slug}/view/", f"http://testserver/b/{slug}/alerts/?state=open"
    login = f"/accounts/login/?next=/b/{slug}/alerts/%3Fstate%3Dopen"
    htmx = {"hx-request": "true", "hx-current-url": shown}
    for answer in (client.get(url, headers=htmx), client.post(url, headers=htmx)):
        assert (answer.status_code, answer.content, answer["HX-Redirect"]) == (204, b"", login)
    assert "nothing was saved" in client.get(login).content.decode()
    answer = client.get(url, headers={**htmx, "hx-current-url": "http://elsewhere.example/x/"})
    assert answer["HX-Redirect"] == f"/accounts/login/?next=/b/{slug}/"
    # A page that looks by itself is left as it is; one that is restored needs all of the login page.
    answer = client.get(url, headers={**htmx, "seen-version": "x"})
    assert (answer.content, answer["HX-Reswap"], "HX-Redirect" in answer.headers) == (b"", "none", False)
    assert client.get(url, headers={**htmx, "hx-history-restore-request": "true"}).status_code == 302


def test_whoever_left_the_brand_is_out_at_once():
    member = MembershipFactory(role=Role.BUYER)
    client = enter(member.user)
    url = f"/b/{member.brand.slug}/view/"
    assert client.get(url).status_code == 200
    member.delete()
    assert client.get(url).status_code == 404


def test_brand_and_membership_come_in_one_query(django_assert_num_queries):
    member = MembershipFactory()
    MembershipFactory(user=member.user)
    client = enter(member.user)
    client.get("/account/")
    with django_assert_num_queries(3):  # session, user, membership with brand
        client.get(f"/b/{member.brand.slug}/view/")


@pytest.mark.parametrize(("own", "expected"), [("", "Europe/Berlin"), ("Asia/Tokyo", "Asia/Tokyo")])
def test_times_are_read_in_ones_own_zone_else_in_the_brands(own, expected):
    member = MembershipFactory(user__time_zone=own, brand__time_zone="Europe/Berlin")
    assert enter(member.user).get(f"/b/{member.brand.slug}/view/").content.decode().endswith(expected)
