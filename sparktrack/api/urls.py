"""The addresses of the REST API, below ``/api/v1/``."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from sparktrack.api.document import show_document
from sparktrack.api.resources import (
    account_links,
    ad_accounts,
    alerts,
    attachments,
    audit,
    board,
    brands,
    briefs,
    calendar,
    campaigns,
    channels,
    code_requests,
    code_uses,
    codes,
    codes_reading,
    creators,
    deliveries,
    error_desk,
    evidence,
    exports,
    findings,
    flights,
    flights_moving,
    imports,
    inventory,
    invitations,
    launch_sheets,
    peaks,
    people,
    planner,
    planner_flight,
    planner_peak,
    planner_window,
    posts,
    reports,
    rights,
    search,
    tokens,
    undo,
    views,
)


class Nothing(APIView):
    """Whatever is not there: 404 as a problem, not as a page."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuses, whatever the method."""
        raise NotFound("There is nothing at this address of the API. Addresses have no slash at the end.")


urlpatterns = [
    path("openapi.json", show_document, name="api-document"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-document"), name="api-docs"),
    *account_links.urlpatterns,
    *ad_accounts.urlpatterns,
    *code_requests.urlpatterns,
    *code_uses.urlpatterns,
    *codes.urlpatterns,
    *codes_reading.urlpatterns,
    *attachments.urlpatterns,
    *deliveries.urlpatterns,
    *exports.urlpatterns,
    *brands.urlpatterns,
    *audit.urlpatterns,
    *alerts.urlpatterns,
    *briefs.urlpatterns,
    *campaigns.urlpatterns,
    *channels.urlpatterns,
    *creators.urlpatterns,
    *flights.urlpatterns,
    *flights_moving.urlpatterns,
    *imports.urlpatterns,
    *inventory.urlpatterns,
    *invitations.urlpatterns,
    *people.urlpatterns,
    *planner.urlpatterns,
    *peaks.urlpatterns,
    *planner_flight.urlpatterns,
    *planner_peak.urlpatterns,
    *planner_window.urlpatterns,
    *calendar.urlpatterns,
    *board.urlpatterns,
    *findings.urlpatterns,
    *launch_sheets.urlpatterns,
    *posts.urlpatterns,
    *reports.urlpatterns,
    *rights.urlpatterns,
    *tokens.urlpatterns,
    *error_desk.urlpatterns,
    *evidence.urlpatterns,
    *search.urlpatterns,
    *undo.urlpatterns,
    *views.urlpatterns,
    re_path(r"^[\s\S]*$", Nothing.as_view(), name="api-nothing"),
]
