"""A code that came by the API is in no answer, no log line, no audit entry and no kept answer, whatever goes wrong."""

import io
import json
import logging

import pytest

from authorizations.models import AuthorizationCode
from authorizations.secrets import open_code, open_source_post_code
from brands.models import AuditEntry
from sparktrack.api.models import KeptAnswer
from tests.api.scripts import ROOT, script
from tests.world import World, spark_code

pytestmark = pytest.mark.django_db

CODE = "#CanaryCanaryCanary0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="
SOURCE = "#SourceSourceSource0123456789+/abcdefghijklmnopqrstuvwxyzABCDEFg="
# What would give them away: all of one, or a stretch that is longer than an ending.
PARTS = [part for code in (CODE, SOURCE) for part in (code, code[1:20], code[20:40], code[40:60])]


@pytest.fixture
def logged():
    """All that is logged, before anything is taken out of it and as it is written."""
    raw, written = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers = [logging.StreamHandler(raw), logging.StreamHandler(written)]
    ours = next(handler for handler in root.handlers if type(handler) is logging.StreamHandler)
    handlers[1].setFormatter(ours.formatter)
    for handler in handlers:
        root.addHandler(handler)
    yield lambda: raw.getvalue() + written.getvalue()
    for handler in handlers:
        root.removeHandler(handler)


def given_away(text):
    return [part for part in PARTS if part in text]


def test_a_code_that_came_is_nowhere_in_plain_whatever_goes_wrong(logged):
    world = World()
    post, other = world.posts(2)
    caller = script(world)
    body = {"post": str(post.pk), "code": CODE, "source_post_code": SOURCE, "window_days": 30}
    plain = {"post": str(post.pk), "code": spark_code(), "window_days": 30}
    sent = [
        ("codes", body, {"idempotency_key": "one"}, 201),
        ("codes", body, {"idempotency_key": "one"}, 201),
        ("codes", {**body, "window_days": 60}, {"idempotency_key": "one"}, 422),
        ("codes", {**body, "window_days": 60}, {"idempotency_key": CODE}, 200),
        ("codes", body, {}, 200),
        ("codes/bulk", [body, body], {"idempotency_key": "two"}, 200),
        ("codes", {**body, "post": str(other.pk)}, {}, 422),
        ("codes/bulk", [plain, {**body, "post": str(other.pk)}], {}, 422),
        ("codes", {**body, "post": CODE}, {}, 400),
        ("codes", {**body, "post": [CODE]}, {}, 400),
        ("codes", {**body, "code": [CODE]}, {}, 400),
        ("codes", {**body, "code": {CODE: CODE}}, {}, 400),
        ("codes", {**body, "code": CODE * 20}, {}, 400),
        ("codes", {**body, "code": CODE + "\ud800"}, {}, 400),
        ("codes", {**body, "code": f"code ending {CODE[-4:]}", "starts_on": CODE}, {}, 400),
        ("codes", {**body, "end_source": CODE}, {}, 400),
        ("codes", {**body, "window_days": CODE}, {}, 400),
        ("codes", {**body, "window_days": None, "expires_at": CODE}, {}, 400),
        ("codes", {**body, "supersedes": CODE}, {}, 400),
        ("codes", {**body, CODE: 1}, {}, 400),
        ("codes", CODE, {}, 400),
        ("codes", [body], {}, 400),
        ("codes/bulk", body, {}, 400),
        ("codes/bulk", {CODE: body}, {}, 400),
        ("codes/bulk", [CODE], {}, 400),
        ("codes?code=%23CanaryCanaryCanary0123456789%2B%2Fabcdefghijklmnopqrstuvwxyz", body, {}, 400),
        ("codes", body, {"if_match": CODE}, 200),
        ("code-uses", {"code": CODE}, {}, 400),
    ]
    for path, content, headers, status in sent:
        answer = caller.post(path, content, **headers)
        assert answer.status_code == status, (path, content, answer.content)
        assert not given_away(answer.content.decode() + str(answer.headers)), (path, content)
    row = AuthorizationCode.objects.get()
    assert (open_code(row), open_source_post_code(row)) == (CODE, SOURCE)
    path = f"codes/{row.pk}"
    later = [
        (f"{path}/replace", {"code": CODE, "window_days": 30}, 200),
        (f"{path}/replace", {"code": CODE, "window_days": 0}, 400),
        (f"{path}/replace", {"code": CODE, "window_days": 30, "starts_on": "2999-01-01"}, 400),
        (f"{path}/reject", {"error": f"4013: {CODE}"}, 200),
        (f"{path}/reject", {"error": CODE * 5}, 400),
        (f"{path}/extend", {"end_source": CODE}, 400),
        (f"{path}/apply", {"ad_account": CODE}, 400),
    ]
    for path_, content, status in later:
        answer = caller.post(path_, content, if_match="*")
        assert (answer.status_code, given_away(answer.content.decode())) == (status, []), (path_, content)
    stale = caller.post(f"{path}/replace", {"code": CODE, "window_days": 7}, if_match='"0123456789abcdef"')
    assert (stale.status_code, given_away(stale.content.decode())) == (412, [])
    for query in (
        "ending",
        "q",
        "status",
        "post",
        "applied_to",
        "fields",
        "sort",
        "cursor",
        "updated_since",
        "x",
    ):
        answer = caller.get(f"codes?{query}=%23CanaryCanaryCanary0123456789%2B%2Fabcdefghijklmnopqrstuvwxyz")
        assert not given_away(answer.content.decode()), query
    for read in (path, "codes", "codes/bulk"):
        assert not given_away(caller.get(read).content.decode())

    revealed = caller.post(f"{path}/reveal", idempotency_key="three")
    assert revealed.json()["code"] == CODE
    assert revealed.json()["source_post_code"] == SOURCE
    for model in (KeptAnswer, AuditEntry):
        assert model.objects.exists()
        assert not given_away(json.dumps(list(model.objects.values()), default=str)), model
    assert "/api/v1/codes" in logged()
    assert not given_away(logged())


def test_a_body_that_is_no_json_is_not_repeated():
    caller = script(World())._client
    for text in (f'{{"code": "{CODE}"', f'{{"code": "{CODE}"}}}}', CODE, f'"{CODE}"', f"{{{CODE}: 1}}"):
        answer = caller.post(f"{ROOT}/codes", data=text, content_type="application/json")
        assert (answer.status_code, given_away(answer.content.decode())) == (400, [])
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = caller.post(f"{ROOT}/codes", data=f"code={CODE}", content_type=kind)
        assert (answer.status_code, given_away(answer.content.decode())) == (415, [])
