"""Who calls: a script with a token, or a person with their session; and in which brand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from brands.access import actor_of
from brands.enums import Role, TokenScope
from brands.models import ApiToken, Brand, Membership, User
from brands.operations.tokens import BadTokenError, find_token, note_use
from brands.rules import POLICY, TOKEN_POLICY, Action
from sparktrack.core.actors import Actor, ActorKind
from sparktrack.core.addresses import client_ip
from sparktrack.core.clock import utc_now

_SCHEME = b"bearer"


class ApiRequest(Request):
    """A request inside a brand; ``allowed`` is what the caller may do there, ``now`` when it came."""

    brand: Brand
    allowed: frozenset[Action]
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class Script:
    """Who is behind a request with a token: nobody in person."""

    token: ApiToken
    is_authenticated: bool = True

    @property
    def pk(self) -> Any:
        """The id of the token: what is limited, and whose answers are kept."""
        return self.token.pk


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer stk_…``."""

    def authenticate(self, request: Request) -> tuple[Script, ApiToken] | None:
        """The script behind the token; None without one. Raises AuthenticationFailed for one that does not count."""
        scheme, _, text = get_authorization_header(request).strip().partition(b" ")
        if scheme.lower() != _SCHEME:
            return None
        now = utc_now()
        try:
            token = find_token(text.strip().decode("ascii", "replace"), ip=client_ip(request), now=now)
        except BadTokenError as error:
            raise AuthenticationFailed(str(error)) from None
        note_use(token, now=now)
        return Script(token), token

    def authenticate_header(self, request: Request) -> str:
        """What a caller without a token is asked for."""
        return 'Bearer realm="sparktrack"'


class InBrand(BasePermission):
    """Finds the brand of a request and asks whether the caller may do what it asks for there.

    A token is of one brand; a person says which one by ``?brand=<slug>``. A brand that is not theirs is not there.
    """

    message = "Your role or token does not allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the caller's leaves hold what ``view.needed()`` names."""
        api_request = cast(ApiRequest, request)
        api_request.now = utc_now()
        user = request.user
        if isinstance(user, Script):
            _of_token(api_request, user.token)
        else:
            _of_person(api_request, cast(User, user))
        action: Action = view.needed()
        return action in api_request.allowed


def ask_again(request: ApiRequest, view: Any) -> None:
    """Under the lock: while the request waited, a person may have lost their role, and a token may have been revoked.

    Raises PermissionDenied, NotFound for who is not in the brand any more, AuthenticationFailed for a token.
    """
    if isinstance(request.user, Script):
        if not ApiToken.objects.filter(pk=request.user.token.pk, revoked_at=None).exists():
            raise AuthenticationFailed(str(BadTokenError()))
        return
    _of_person(request, cast(User, request.user))
    if view.needed() not in request.allowed:
        raise PermissionDenied


def _of_token(request: ApiRequest, token: ApiToken) -> None:
    slug = request.query_params.get("brand")
    if slug not in {None, token.brand.slug}:
        raise NotFound("This token is of another brand.")
    request.brand = token.brand
    request.allowed = TOKEN_POLICY[TokenScope(token.scope)]
    request.actor = Actor(
        kind=ActorKind.TOKEN,
        id=str(token.pk),
        label=f"token {token.name}",
        ip=client_ip(request),
        request_id=getattr(request, "request_id", ""),
    )


def _of_person(request: ApiRequest, user: User) -> None:
    slug = request.query_params.get("brand")
    if slug is None:
        raise ValidationError({"?brand": ["Say which brand: ?brand=<slug>. A token knows its own."]})
    memberships = Membership.objects.filter(user=user, brand__slug=slug) if "\0" not in slug else None
    membership = memberships.select_related("brand").first() if memberships is not None else None
    if membership is None:
        raise NotFound("No brand of yours is called so.")
    request.brand = membership.brand
    request.allowed = POLICY[Role(membership.role)]
    request.actor = actor_of(cast(HttpRequest, request))


class PersonAuthentication(SessionAuthentication):
    """The session of somebody who is logged in; what changes something carries Django's CSRF token."""
