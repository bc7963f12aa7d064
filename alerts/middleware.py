"""/healthz/alerts: whether warnings are on their way, for whoever watches the system from outside."""

from collections.abc import Callable
from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from alerts.queries.health import alerts_health
from sparktrack.core.clock import database_now

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def health(get_response: GetResponse) -> GetResponse:
    """Answers /healthz/alerts before hosts, TLS or sessions matter, as /healthz: numbers, 503 when something is wrong.

    Not for load balancers: pages work while warnings do not.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info != "/healthz/alerts":
            return get_response(request)
        answer = _answer()
        answer["Cache-Control"] = "no-store"  # a proxy must not go on saying that all is well
        return answer

    return middleware


def _answer() -> HttpResponse:
    try:
        found = alerts_health(now=database_now())
    except DatabaseError:
        numbers = {"status": "trouble", "problems": ["the database does not answer"]}
        return JsonResponse(numbers, status=HTTPStatus.SERVICE_UNAVAILABLE)
    status = HTTPStatus.OK if found.is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(found.numbers(), status=status)
