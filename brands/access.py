"""The door to every page of a brand: who is asking, in which brand, and may they.

Views under ``/b/<slug:slug>/`` wear ``@brand_view(action=…)``. It begins every query at the brand of the request:
what is not a member's is not there (404), what a member's role may not do is forbidden (403).
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from brands.enums import Role
from brands.models import Brand, Membership, User
from brands.operations.edits import BrandBusyError, OtherBrandError
from brands.rules import POLICY, Action
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.addresses import client_ip
from sparktrack.core.middleware import SEEN_VERSION
from sparktrack.core.views import brand_busy

BrandView = Callable[..., HttpResponseBase]


class BrandRequest(HttpRequest):
    """A request of a member, inside their brand; ``allowed`` is what their role may do there.

    Templates ask ``{% if "reveal_codes" in request.allowed %}``, views ``Action.REVEAL_CODES in request.allowed``.
    """

    user: User
    brand: Brand
    membership: Membership
    memberships: list[Membership]
    allowed: frozenset[Action]
    request_id: str
    htmx: HtmxDetails


def brand_view(*, action: Action = Action.VIEW) -> Callable[[BrandView], BrandView]:
    """Lets a view run only for members of the brand ``slug`` whose role may do ``action``; one query.

    The view gets a ``BrandRequest`` and the other arguments of the URL. Anonymous people are sent to the login,
    people of other brands get 404, members whose role may too little 403; what is deleted between our look and
    the operation is not there either (404). While somebody else writes in the brand for longer than one can wait the
    answer is 503; nothing was written then.
    """

    def decorate(view: BrandView) -> BrandView:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponseBase:
            user = cast(User, request.user)
            # All of them: the header of the page names the other brands, too.
            memberships = list(Membership.objects.of_user(user))
            membership = next((each for each in memberships if each.brand.slug == slug), None)
            if membership is None:
                raise Http404("No brand of yours has this address.")
            membership.user = user
            brand_request = cast(BrandRequest, request)
            brand_request.brand = membership.brand
            brand_request.membership = membership
            brand_request.memberships = memberships
            brand_request.allowed = POLICY[Role(membership.role)]
            if action not in brand_request.allowed:
                raise PermissionDenied(f"Your role in {membership.brand} is {membership.role}.")
            try:
                return view(brand_request, *args, **kwargs)
            except BrandBusyError as error:
                return brand_busy(request, error.message)
            except OtherBrandError:
                raise Http404("Somebody deleted it meanwhile.") from None

        @wraps(view)
        def entered(request: HttpRequest, *args: Any, slug: str, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated:
                return guarded(request, *args, slug=slug, **kwargs)
            htmx = cast(BrandRequest, request).htmx
            if htmx and not htmx.history_restore_request:
                return _part_without_login(
                    request, htmx.current_url_abs_path or reverse("board", args=[slug])
                )
            # Back to the page after the login; a button cannot be pressed again by being looked at.
            page = (
                request.get_full_path()
                if request.method in {"GET", "HEAD"}
                else reverse("board", args=[slug])
            )
            return redirect_to_login(page)

        # What the header asks before it offers this page of another brand.
        entered.action = action  # type: ignore[attr-defined]
        return entered

    return decorate


def ask_again(request: BrandRequest, action: Action) -> None:
    """Under the lock: somebody may have lost their role while the request waited, and must not give it back.

    Raises PermissionDenied, and Http404 for who is not in the brand any more.
    """
    membership: Membership | None = (
        Membership.objects.for_brand(request.brand).filter(user=request.user).first()
    )
    if membership is None:
        raise Http404("No brand of yours has this address.")
    if action not in POLICY[Role(membership.role)]:
        raise PermissionDenied(f"Your role in {request.brand} is {membership.role}.")


def _part_without_login(request: HttpRequest, page: str) -> HttpResponse:
    """For htmx: the login page in whole and then back to ``page``; it has no place in a part of a page.

    A page that looks by itself stays as it is, and says so: nobody may be there to log in.
    """
    if SEEN_VERSION in request.headers:
        return HttpResponse(headers={"HX-Reswap": "none"})
    if request.method == "POST":
        messages.warning(request, "Your login had ended, so nothing was saved. Log in, then do it again.")
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": redirect_to_login(page).url})


def actor_of(request: HttpRequest) -> Actor:
    """The person behind a request, as operations and the audit want them; anonymous: the system, with the IP."""
    request_id = getattr(request, "request_id", "")
    if not isinstance(request.user, User):
        return Actor(kind=ActorKind.SYSTEM, label="page", ip=client_ip(request), request_id=request_id)
    return Actor(
        kind=ActorKind.USER,
        id=str(request.user.pk),
        label=request.user.email,
        ip=client_ip(request),
        request_id=request_id,
    )


def viewer_zone(request: HttpRequest) -> str:
    """The IANA zone in which this person reads times: their own, else the brand's, else UTC."""
    own = request.user.time_zone if isinstance(request.user, User) else ""
    brand: Brand | None = getattr(request, "brand", None)
    return own or (brand.time_zone if brand else "UTC")
