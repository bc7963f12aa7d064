"""`manage.py plan_coverage`: JSON lines in, JSON lines out, and no line that can stop it."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests/data/vectors/coverage.jsonl"
CASE: dict[str, Any] = {
    "id": "one",
    "now": "2026-11-21T12:00:00Z",
    "flight": {"starts_at": "2026-11-25T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z"},
    "codes": [{"starts_at": "2026-11-20T00:00:00Z", "window_days": 30}],
    "rights": [{"starts_at": "2026-11-01T00:00:00Z", "ends_at": None, "paid": True}],
}
COVERED = {"id": "one", "verdict": "covered", "runnable_until": "2026-12-01T00:00:00Z", "gaps": []}


def run(tmp_path, *lines):
    """Answer lines from a file; returns the answers and the exit code."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"".join(line if isinstance(line, bytes) else line.encode() + b"\n" for line in lines))
    out, code = io.StringIO(), 0
    try:
        call_command("plan_coverage", str(file), stdout=out)
    except CommandError as error:
        code = error.returncode
    return [json.loads(line) for line in out.getvalue().splitlines()], code


def changed(*path, to):
    """The good case as a line, with the value at a path replaced."""
    case = json.loads(json.dumps(CASE))
    place = case
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(case)


def without(*path):
    """The good case as a line, with the key at a path left out."""
    case = json.loads(json.dumps(CASE))
    place = case
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return json.dumps(case)


def test_the_520_worked_cases_from_a_file():
    out = io.StringIO()
    call_command("plan_coverage", str(VECTORS), stdout=out)
    cases = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    expected = [{"id": case["id"], **case["expected"]} for case in cases]
    assert [json.loads(line) for line in out.getvalue().splitlines()] == expected
    assert len(expected) == 520


def test_the_520_worked_cases_through_a_pipe(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "plan_coverage"],
        input=VECTORS.read_bytes() + b"{}\n",
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "SPARKTRACK_VAR": str(tmp_path)},
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for line, answer in zip(VECTORS.read_text().splitlines(), answers, strict=False):
        case = json.loads(line)
        assert answer == {"id": case["id"], **case["expected"]}
    assert answers[520:] == [{"id": None, "error": "id: must be a text or an integer"}]
    assert done.returncode == 1
    assert done.stderr.decode().strip() == "CommandError: malformed lines: 1"


def test_reader_that_has_seen_enough_is_no_error(tmp_path):
    with subprocess.Popen(
        [sys.executable, "manage.py", "plan_coverage", VECTORS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "SPARKTRACK_VAR": str(tmp_path)},
    ) as command:
        assert command.stdout
        assert command.stderr
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr.read() == b""
    assert command.returncode == 0


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_standard_input_is_read_without_a_file(monkeypatch, arguments):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(CASE).encode())))
    out = io.StringIO()
    call_command("plan_coverage", *arguments, stdout=out)
    assert json.loads(out.getvalue()) == COVERED


def test_each_line_is_answered_before_the_next_is_read(monkeypatch):
    out = io.StringIO()
    answered = []

    def lines():
        for _ in range(3):
            answered.append(len(out.getvalue().splitlines()))
            yield json.dumps(CASE).encode()

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=lines()))
    call_command("plan_coverage", stdout=out)
    assert answered == [0, 1, 2]


def test_code_and_rights_are_needed_unless_said_otherwise(tmp_path):
    bare = {key: CASE[key] for key in ("id", "now", "flight")}
    free = bare | {"needs_code": False, "needs_rights": False}
    (strict, lenient), code = run(tmp_path, json.dumps(bare), json.dumps(free))
    assert strict["gaps"][0]["reasons"] == ["no_code", "no_rights"]
    assert lenient == COVERED
    assert code == 0


def test_blank_lines_a_byte_order_mark_and_windows_line_ends_are_no_mistakes(tmp_path):
    line = json.dumps(CASE).encode()
    answers, code = run(tmp_path, b"\xef\xbb\xbf" + line + b"\r\n", b"\r\n", b"  \n", b"\n", line)
    assert (answers, code) == ([COVERED, COVERED], 0)


def test_instants_in_any_zone_are_answered_in_utc_with_microseconds_only_if_there_are_any(tmp_path):
    lapsing = changed("codes", 0, "expires_at", to="2026-11-29t01:00:00.5+01:00")
    (answer, same), _ = run(tmp_path, lapsing, lapsing.replace("T12:00:00Z", "t12:00:00z"))
    assert answer == same
    assert answer == {
        "id": "one",
        "verdict": "lapses",
        "runnable_until": "2026-11-29T00:00:00.500000Z",
        "gaps": [
            {
                "starts_at": "2026-11-29T00:00:00.500000Z",
                "ends_at": "2026-12-01T00:00:00Z",
                "reasons": ["code_expired"],
            }
        ],
    }


def test_a_stated_end_counts_before_the_window(tmp_path):
    short = changed("codes", 0, "expires_at", to="2026-11-20T00:00:01Z")
    (answer,), _ = run(tmp_path, short)
    assert answer["verdict"] == "blocked"


def test_a_code_without_days_a_null_end_and_null_instants_are_fine(tmp_path):
    stated = changed(
        "codes", to=[{"starts_at": "2026-11-20T00:00:00Z", "expires_at": "2026-12-20T00:00:00Z"}]
    )
    nulls = [
        changed("codes", 0, "expires_at", to=None),
        changed("codes", 0, "revoked_at", to=None),
        changed("post_unavailable_from", to=None),
        without("rights", 0, "ends_at"),
    ]
    answers, code = run(tmp_path, stated, *nulls)
    assert (answers, code) == ([COVERED] * 5, 0)


UNREADABLE = {
    "not JSON": ("{", "line 1: is not JSON: Expecting property name enclosed in double quotes at column 2"),
    "two objects": ("{} {}", "line 1: is not JSON: Extra data at column 4"),
    "a list": ("[]", "line 1: must be an object"),
    "a number": ("7", "line 1: must be an object"),
    "NaN": ('{"id": NaN}', "line 1: is not JSON: NaN is not a number"),
    "infinity": ('{"id": 1, "now": -Infinity}', "line 1: is not JSON: -Infinity is not a number"),
    "a number of 5,000 digits": ('{"id": 1' + "0" * 5000 + "}", "line 1: is not JSON: Exceeds the limit"),
    "nested too deeply": ("[" * 100_000, "line 1: is nested too deeply"),
    "not UTF-8": (b'{"id": "\xff"}\n', "line 1: is not UTF-8"),
    "no id": (without("id"), "id: must be a text or an integer"),
    "true as id": (changed("id", to=True), "id: must be a text or an integer"),
    "list as id": (changed("id", to=["one"]), "id: must be a text or an integer"),
    "fraction as id": (changed("id", to=1.5), "id: must be a text or an integer"),
}
WRONG = {
    "unknown key": (changed("campaign", to=1), "campaign: unknown key"),
    "unknown key in flight": (changed("flight", "end", to=1), "flight.end: unknown key"),
    "unknown key in code": (changed("codes", 0, "days", to=1), "codes[0].days: unknown key"),
    "unknown key in right": (changed("rights", 0, "term", to=1), "rights[0].term: unknown key"),
    "key twice": (
        changed("needs_code", to=True)[:-1] + ', "needs_code": false}',
        "needs_code: is given twice",
    ),
    "key twice deep inside": (
        json.dumps(CASE).replace('"paid": true', '"paid": true, "paid": false'),
        "rights[0].paid: is given twice",
    ),
    "no now": (without("now"), "now: must be an instant"),
    "no flight": (without("flight"), "flight: must be an object"),
    "flight is a list": (changed("flight", to=[]), "flight: must be an object"),
    "unplanned flight": (changed("flight", "starts_at", to=None), "flight.starts_at: must be an instant"),
    "flight ends at its start": (
        changed("flight", "ends_at", to="2026-11-25T00:00:00Z"),
        "flight.ends_at: must be after starts_at",
    ),
    "flight ends at its start in another zone": (
        changed("flight", "ends_at", to="2026-11-25T01:00:00+01:00"),
        "flight.ends_at: must be after starts_at",
    ),
    "right ends before its start": (
        changed("rights", 0, "ends_at", to="2026-10-31T23:59:59.999999Z"),
        "rights[0].ends_at: must be after starts_at",
    ),
    "codes are no list": (changed("codes", to={}), "codes: must be a list"),
    "codes are null": (changed("codes", to=None), "codes: must be a list"),
    "code is no object": (changed("codes", to=[CASE["codes"][0], "x"]), "codes[1]: must be an object"),
    "right is no object": (changed("rights", 0, to=None), "rights[0]: must be an object"),
    "neither window nor end": (
        without("codes", 0, "window_days"),
        "codes[0].window_days: give window_days or expires_at",
    ),
    "no paid": (without("rights", 0, "paid"), "rights[0].paid: must be true or false"),
    "number as paid": (changed("rights", 0, "paid", to=1), "rights[0].paid: must be true or false"),
    "text as flag": (changed("needs_code", to="false"), "needs_code: must be true or false"),
    "null as flag": (changed("needs_rights", to=None), "needs_rights: must be true or false"),
    "null as rejected": (
        changed("codes", 0, "rejected", to=None),
        "codes[0].rejected: must be true or false",
    ),
}
NO_WINDOWS = [0, -7, 30.0, 1e300, "30", True, None, []]
ENDLESS_WINDOWS = [10**7, 10**12, 10**4000]
NO_INSTANTS = [
    None,
    1764547200,
    True,
    "",
    "2026-11-20",
    "2026-11-20T00:00:00",
    "2026-11-20 00:00:00Z",
    "2026-11-20T00:00Z",
    "2026-11-20T24:00:00Z",
    "2026-11-20T00:00:60Z",
    "2026-11-20T00:00:00.1234567Z",
    "2026-11-20T00:00:00+0100",
    "2026-11-20T00:00:00Z ",
    "20261120T000000Z",
    "2026-W47-5T00:00:00Z",
    "\u0662\u0660\u0662\u0666-11-20T00:00:00Z",
]
IMPOSSIBLE_INSTANTS = [
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "2026-11-20T00:00:00+24:00",
]


def assert_refused(tmp_path, line, case_id, message):
    """A line gets its message, the next line its answer, and the run exits with 1."""
    (first, second), code = run(tmp_path, line, json.dumps(CASE))
    assert first.keys() == {"id", "error"}
    assert first["id"] == case_id
    assert first["error"].startswith(message)
    assert second == COVERED
    assert code == 1


@pytest.mark.parametrize(("line", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_line_without_readable_id_is_refused_and_the_run_goes_on(tmp_path, line, message):
    assert_refused(tmp_path, line, None, message)


@pytest.mark.parametrize(("line", "message"), WRONG.values(), ids=WRONG)
def test_a_malformed_case_is_refused_with_the_path_of_its_mistake(tmp_path, line, message):
    assert_refused(tmp_path, line, "one", message)


@pytest.mark.parametrize("days", NO_WINDOWS)
def test_a_window_that_is_no_integer_of_at_least_one_is_refused(tmp_path, days):
    line = changed("codes", 0, "window_days", to=days)
    assert_refused(tmp_path, line, "one", "codes[0].window_days: must be an integer of at least 1")


@pytest.mark.parametrize("days", ENDLESS_WINDOWS, ids=["ten million", "a million million", "4,001 digits"])
def test_a_window_beyond_the_calendar_is_refused(tmp_path, days):
    line = changed("codes", 0, "window_days", to=days)
    assert_refused(tmp_path, line, "one", "codes[0].window_days: ends after the year 9999")


@pytest.mark.parametrize("instant", NO_INSTANTS)
def test_an_instant_that_is_not_rfc_3339_with_a_zone_is_refused(tmp_path, instant):
    line = changed("codes", 0, "starts_at", to=instant)
    assert_refused(tmp_path, line, "one", "codes[0].starts_at: must be an instant with its zone")


@pytest.mark.parametrize("instant", IMPOSSIBLE_INSTANTS)
def test_an_instant_that_no_calendar_has_is_refused(tmp_path, instant):
    line = changed("post_unavailable_from", to=instant)
    assert_refused(tmp_path, line, "one", "post_unavailable_from: is no instant of the years 1 to 9999")


def test_the_line_number_counts_blank_lines(tmp_path):
    answers, _ = run(tmp_path, "", json.dumps(CASE), "", "{")
    assert answers[1]["error"].startswith("line 4: is not JSON")


def test_instants_at_the_ends_of_the_calendar_are_judged(tmp_path):
    first, last = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"
    case = CASE | {"now": first, "flight": {"starts_at": first, "ends_at": last}}
    (answer,), code = run(tmp_path, json.dumps(case))
    assert code == 0
    assert (answer["verdict"], answer["gaps"][0]["starts_at"]) == ("blocked", first)
    assert answer["gaps"][-1]["ends_at"] == last


@pytest.mark.parametrize("name", ["missing.jsonl", ""])
def test_a_file_that_cannot_be_read_is_named_and_exits_with_2(tmp_path, name):
    with pytest.raises(CommandError, match=r"(missing\.jsonl: No such file|: Is a directory)") as caught:
        call_command("plan_coverage", str(tmp_path / name))
    assert caught.value.returncode == 2
