import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.test import Client
from django.urls import include, path

from sparktrack.core.views import too_many_requests
from tests.factories import MembershipFactory


def fail_with(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    path("400/", fail_with(SuspiciousOperation("canary"))),
    path("403/", fail_with(PermissionDenied("canary"))),
    path("404/", fail_with(Http404("canary"))),
    path("429/", too_many_requests),
    path("500/", fail_with(RuntimeError("canary"))),
    path("", include("sparktrack.urls")),
]
handler400 = "sparktrack.core.views.bad_request"
handler403 = "sparktrack.core.views.permission_denied"
handler404 = "sparktrack.core.views.page_not_found"
handler429 = "sparktrack.core.views.too_many_requests"
handler500 = "sparktrack.core.views.server_error"

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
@pytest.mark.parametrize("logged_in", [False, True])
def test_what_went_wrong_is_a_page_with_the_request_id_and_without_insides(status, logged_in):
    client = Client(raise_request_exception=False)
    if logged_in:
        client.force_login(
            MembershipFactory().user, backend="allauth.account.auth_backends.AuthenticationBackend"
        )
    response = client.get(f"/{status}/", headers={"x-request-id": "tell-us-this-id"})
    page = response.content.decode()
    assert response.status_code == status
    assert "tell-us-this-id" in page
    assert "css/base.css" in page
    assert "canary" not in page
    assert "Traceback" not in page


def test_an_unknown_host_gets_a_page_too(client, settings):
    settings.ALLOWED_HOSTS = ["sparktrack.example"]
    response = client.get("/accounts/login/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "makes no sense" in response.content.decode()


def test_a_server_error_page_does_not_need_the_database(django_assert_num_queries):
    client = Client(raise_request_exception=False)
    with django_assert_num_queries(0):
        assert client.get("/500/").status_code == 500
