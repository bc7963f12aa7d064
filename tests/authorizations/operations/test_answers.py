"""A code that comes answers the request of its post at the instant its creator acted, in the same transaction."""

from datetime import timedelta

import pytest

from authorizations.models import AuthorizationCode, CodeRequest
from authorizations.operations.answers import reopen_requests
from authorizations.operations.arrivals import Arrival, record_arrivals
from authorizations.operations.codes import Extension, extend_codes
from authorizations.operations.recording import CodeDraft, DuplicateCodeError, record_codes
from authorizations.operations.requests import RequestDraft, request_codes, withdraw_requests
from brands.models import AuditEntry
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def world():
    return World()


def ask(world, post, ago=3 * DAY):
    return request_codes(drafts=[RequestDraft(post, 30)], **{**world.by, "now": NOW - ago})[0]


def answer(request):
    request.refresh_from_db()
    return request.answered_by, request.answered_at


@pytest.mark.parametrize(
    ("draft", "when"),
    [
        ({"starts_at": NOW - DAY}, NOW - DAY),
        ({"starts_at": NOW - 9 * DAY}, NOW - 3 * DAY),  # generated before anybody asked: no wait
        ({"starts_at": NOW + DAY}, NOW),  # nobody acts in the future
        ({"starts_at": NOW - 2 * DAY, "start_assumed": True}, NOW),  # nobody knows: when it was put on file
    ],
)
def test_the_answer_is_of_the_instant_at_which_the_creator_acted(world, draft, when):
    post, other = world.posts(2)
    request, waiting = ask(world, post), ask(world, other)
    code = world.code(post, **draft)
    assert answer(request) == (code, when)
    assert answer(waiting) == (None, None)
    entry = AuditEntry.objects.get(action="request.answered")
    assert (entry.object_id, entry.after["answered_by"]) == (request.pk, str(code.pk))


def test_an_arrival_and_an_extension_answer_too(world):
    post = world.post()
    first = ask(world, post)
    arrival = Arrival(post, spark_code(), starts_at=NOW - HOUR, window_days=30)
    (recorded,) = record_arrivals(arrivals=[arrival], **world.by)
    assert answer(first) == (recorded.code, NOW - HOUR)
    second = ask(world, post, -DAY)
    extend_codes(extensions=[Extension(recorded.code, days=30)], **{**world.by, "now": NOW + 2 * DAY})
    assert answer(second) == (recorded.code, NOW + 2 * DAY)


def test_the_same_code_once_more_answers_only_if_it_is_longer(world):
    post = world.post()
    text = spark_code()
    code = world.code(post, NOW - 9 * DAY, code=text)
    request = ask(world, post)
    world.code(post, NOW - 9 * DAY, code=text)
    assert answer(request) == (None, None)
    world.code(post, NOW - 9 * DAY, days=60, code=text)
    assert answer(request) == (code, NOW)


def test_a_code_that_is_over_answers_nothing_nor_does_one_of_before(world):
    post = world.post()
    request = ask(world, post)
    world.code(post, NOW - 60 * DAY, days=30)
    draft = CodeDraft(post, spark_code(), starts_at=NOW - 20 * DAY, window_days=60)
    record_codes(drafts=[draft], **{**world.by, "now": NOW - 10 * DAY})
    assert answer(request) == (None, None)


def test_the_first_of_several_codes_is_the_answer(world):
    post = world.post()
    request = ask(world, post)
    drafts = [
        CodeDraft(post, spark_code(), starts_at=NOW - ago, window_days=30) for ago in (HOUR, DAY, 2 * HOUR)
    ]
    _, first, _ = record_codes(drafts=drafts, **world.by)
    assert answer(request) == (first.code, NOW - DAY)


def test_a_code_that_is_refused_leaves_the_request_open(world):
    post, other = world.posts(2)
    request = ask(world, post)
    text = spark_code()
    world.code(other, NOW, code=text)
    good = CodeDraft(post, spark_code(), starts_at=NOW, window_days=30)
    taken = CodeDraft(post, text, starts_at=NOW, window_days=30)
    with pytest.raises(DuplicateCodeError):
        record_codes(drafts=[good, taken], **world.by)
    assert answer(request) == (None, None)
    assert AuthorizationCode.objects.count() == 1


def test_a_withdrawn_request_is_not_answered_and_may_be_opened_again(world):
    post = world.post()
    request = ask(world, post)
    withdraw_requests(requests=[request], **world.by)
    world.code(post, NOW)
    assert answer(request) == (None, None)
    reopen_requests(requests=[request], **world.by)
    request.refresh_from_db()
    assert request.is_open


def test_of_two_requests_only_the_later_one_is_open_again(world):
    post = world.post()
    first = ask(world, post)
    world.code(post, NOW - DAY)
    second = ask(world, post, HOUR)
    world.code(post, NOW)
    reopen_requests(requests=[first, second], **world.by)
    rows = CodeRequest.objects.order_by("asked_at")
    assert [(row.is_open, row.answered_by, row.withdrawn_at) for row in rows] == [
        (False, None, NOW),
        (True, None, None),
    ]
