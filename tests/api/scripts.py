"""Callers of the API in tests: a script with a token, a person with a session."""

import json
from typing import Any

from django.test import Client

from brands.enums import Role, TokenScope
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.core.clock import utc_now
from tests.world import World, client_of

ROOT = "/api/v1"


class Caller:
    """Sends JSON and reads JSON. ``brand`` goes into each address, as a session needs it."""

    def __init__(self, client: Client, brand: str = "") -> None:
        self._client = client
        self._brand = brand

    def get(self, path: str, **headers: str) -> Any:
        """GET ``path`` below the root; headers as ``if_match=…``."""
        return self._send("get", path, None, headers)

    def head(self, path: str) -> Any:
        """HEAD ``path``."""
        return self._send("head", path, None, {})

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST a body."""
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        """PATCH a body."""
        return self._send("patch", path, body, headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        """DELETE, with a body for many."""
        return self._send("delete", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        address = f"{ROOT}/{path}"
        if self._brand:
            address += f"{'&' if '?' in path else '?'}brand={self._brand}"
        # Without a body Django would send an empty form, as no script does.
        data = "" if body is None else json.dumps(body)
        sent = {} if method == "get" else {"data": data, "content_type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(self._client, method)(address, headers=named, **sent)


def script(world: World, scope: TokenScope = TokenScope.WRITE) -> Caller:
    """A script with a new token of the world's brand. Call it after the clock was stopped, if it is."""
    draft = TokenDraft(f"{scope} script", scope)
    issued = issue_token(brand=world.brand, draft=draft, now=utc_now(), actor=world.actor)
    headers = {"authorization": f"Bearer {issued.secret}"}
    return Caller(Client(raise_request_exception=False, headers=headers))


def person(world: World, role: Role = Role.MANAGER) -> Caller:
    """A new member with this role, logged in."""
    return Caller(client_of(world.member(role)), world.brand.slug)
