"""The whole document, by schemathesis: no answer is a server's error or breaks what the document says of it.

Every kind of caller sends what the document allows, and what it does not. ``FUZZ_EXAMPLES`` says how many requests an
operation gets from each caller; ``make fuzz`` sends many. What a request changes is undone before the next.
"""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.conf import settings as django_settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from brands.enums import Role, TokenScope
from brands.models import Membership
from brands.operations.tokens import TokenDraft, issue_token
from sparktrack.core.clock import utc_now
from tests.access.everything import Everything
from tests.api.rows import first_id
from tests.world import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "2"))
# Requests that follow each other.
STEPS = 50
CALLERS = [*(role.value for role in Role), *(f"{scope.value} token" for scope in TokenScope)]
# A body may be as the document says and still be refused: a creator who is on file, an end before its start.
REFUSED = ["2xx", "400", "401", "403", "404", "409", "412", "422", "429"]


@dataclass(frozen=True)
class Credentials:
    """Who a caller is and, if they are a person, in which brand."""

    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Any]:
        """What schemathesis must not take for its own: it leaves these out, and makes others up, to be refused."""
        return {**self.headers, "Cookie": self.cookies}


@pytest.fixture(scope="module")
def document() -> Any:
    """The document as it is served, with the application behind it."""
    made = SchemaGenerator().get_schema(public=True)
    schema = schemathesis.openapi.from_dict(made)
    schema.app = get_wsgi_application()
    schema.config.checks.positive_data_acceptance.expected_statuses = REFUSED
    return schema


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The application answers in the transaction of the test: it must not close its connection behind each request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def world(settings: Any) -> Everything:
    """A brand with a row of everything."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    return Everything()


@pytest.mark.parametrize("caller", CALLERS)
def test_whatever_is_sent_the_answer_is_as_the_document_says(document, world, caller):
    known = credentials(world, caller)
    wrong = []
    for found in document.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                send(operation, mode, world, known)
            except Unsatisfiable:
                continue  # there is nothing that this operation forbids
            except (Exception, FailureGroup) as error:  # noqa: BLE001 - all of them are told at once
                wrong.append(f"{operation.label}, {mode.value}: {told(error)}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("caller", CALLERS)
def test_whatever_was_made_can_be_read_and_changed_and_is_gone_when_it_is_deleted(document, world, caller):
    """Requests that follow from the answers before them, one after the other, and nothing is undone in between."""
    known = credentials(world, caller)
    own = membership_of(world, caller)

    class Script(document.as_state_machine()):
        def setup(self) -> None:
            # Each journey begins in the same brand, with the same people in it.
            self.journey = undone()
            self.journey.__enter__()

        def teardown(self) -> None:
            self.journey.__exit__(None, None, None)

        def before_call(self, case: Any) -> None:
            as_caller(case, known)
            if own in (case.path_parameters or {}).values() and case.method != "GET":
                # An admin who takes themselves out of the brand does not find what they made.
                case.path_parameters["id"] = str(uuid4())

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": known.headers, "cookies": known.cookies}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            case.validate_response(response, headers=known.known)

    Script.run(
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        )
    )


def membership_of(world: Everything, caller: str) -> str:
    """The id of the caller among the people of the brand; empty for a token."""
    user = None if caller.endswith("token") else world.people[Role(caller)]
    found = Membership.objects.filter(brand=world.brand, user=user).first()
    return str(found.pk) if found else ""


def told(error: BaseException) -> str:
    """What schemathesis found, and how to ask for it again."""
    inner = getattr(error, "exceptions", None)
    return "\n".join(told(each) for each in inner) if inner else f"{type(error).__name__}: {error}"


def send(operation: Any, mode: Any, world: Everything, known: Credentials) -> None:
    """EXAMPLES requests to ``operation``."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        with_known_ids(case, world)
        as_caller(case, known)
        with undone():
            answer = case.call(headers=known.headers, cookies=known.cookies)
            case.validate_response(answer, headers=known.known)

    each()


def as_caller(case: Any, known: Credentials) -> None:
    """Who asks, and in which brand. Made-up credentials would come first, and nobody guesses a version."""
    case.query = {**{k: v for k, v in (case.query or {}).items() if k != "brand"}, **known.query}
    made_up = ["Authorization", *(["If-Match"] if random.random() < 0.5 else [])]
    case.headers = {k: v for k, v in (case.headers or {}).items() if k not in made_up}
    case.cookies = {}


def with_known_ids(case: Any, world: Everything) -> None:
    """Half of the requests are about a row that is there."""
    if case.path_parameters and random.random() < 0.5:
        known = first_id(case.path.removeprefix("/api/v1/").split("/")[0], world)
        if known is not None:
            case.path_parameters["id"] = str(known)


def credentials(world: Everything, caller: str) -> Credentials:
    """What this kind of caller sends with each request."""
    if caller.endswith("token"):
        scope = TokenScope(caller.split(maxsplit=1)[0])
        draft = TokenDraft("fuzz", scope)
        issued = issue_token(brand=world.brand, draft=draft, now=utc_now(), actor=world.actor)
        return Credentials(headers={"Authorization": f"Bearer {issued.secret}"})
    client = client_of(world.people[Role(caller)])
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    token = "a" * 32
    # As cookies, not as a header: the client of schemathesis would drop that.
    cookies = {django_settings.SESSION_COOKIE_NAME: session, django_settings.CSRF_COOKIE_NAME: token}
    return Credentials({"X-CSRFToken": token}, cookies, {"brand": world.brand.slug})


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
