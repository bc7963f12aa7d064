"""The document: the one that is committed, valid, complete, and shown by a page that keeps the policy."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from sparktrack.api.document import document
from tests.access.routes import api_routes

pytestmark = pytest.mark.once

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


@pytest.fixture(scope="module")
def paths():
    return json.loads(document())["paths"]


def test_the_committed_document_is_what_the_api_is():
    assert COMMITTED.read_bytes() == document(), "Run: make api-document"


def test_it_is_valid_and_nothing_had_to_be_guessed(capsys):
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json")
    assert json.loads(capsys.readouterr().out)["openapi"].startswith("3.1")


def test_every_address_is_in_it(paths):
    stated = {path.replace("{id}", "<uuid:id>").removeprefix("/") for path in paths}
    assert stated == {
        route.pattern for route in api_routes() if route.name not in {"api-document", "api-docs"}
    }


def test_every_operation_says_what_can_go_wrong(paths):
    for path, item in paths.items():
        for method, operation in item.items():
            codes = set(operation["responses"])
            assert codes >= {"400", "401", "403", "404", "406", "429", "503"}, (method, path)
            if method != "get":
                assert codes >= {"409", "412", "415", "422"}, (method, path)


def test_every_body_and_answer_has_an_example(paths):
    without = [
        (method, path)
        for path, item in paths.items()
        for method, operation in item.items()
        if not _has_examples(operation)
    ]
    assert without == []


def _has_examples(operation):
    contents = [
        response.get("content", {}) for code, response in operation["responses"].items() if code < "3"
    ]
    contents.append(operation.get("requestBody", {}).get("content", {}))
    return all("examples" in media for content in contents for media in content.values())


def test_it_is_served_to_everybody_and_holds_nothing_of_a_brand():
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/vnd.oai.openapi+json")


def test_the_page_that_shows_it_has_no_script_or_style_of_its_own():
    page = Client().get("/api/v1/docs").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script src=") == page.count("<script") == 4
    script = Client().get("/api/v1/docs?script=")
    assert script["Content-Type"] == "application/javascript"
    assert "/api/v1/openapi.json" in script.content.decode()


def test_examples_of_many_are_lists(paths):
    media = [
        operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for path, item in paths.items()
        if path.endswith("/bulk")
        for operation in item.values()
    ]
    assert media
    for each in media:
        assert all(isinstance(example["value"], list) for example in each["examples"].values())
