"""Reading the environment: what is missing or malformed is named, what is secret is never quoted."""

import base64
import fcntl
import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sparktrack import environment
from sparktrack.collecting import Collector

ROOT = Path(__file__).resolve().parent.parent
CODE_KEY, FINGERPRINT_KEY = bytes(range(32)), bytes(range(32, 64))
PEPPER = bytes(range(64, 96))
KEY = base64.b64encode(CODE_KEY).decode()
OTHER_KEY = base64.b64encode(FINGERPRINT_KEY).decode()
PEPPER_KEY = base64.b64encode(PEPPER).decode()
NAME = "SPARKTRACK_TEST_VALUE"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in (NAME, "SECRET_KEY", "CODE_KEYS", "FINGERPRINT_KEY", "TOKEN_PEPPERS"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


# --- one value ---------------------------------------------------------------------------------------------------
def test_a_value_comes_from_the_environment_else_from_its_default(monkeypatch):
    assert environment.text(NAME, "usual") == "usual"
    assert environment.text(NAME, "") == ""
    monkeypatch.setenv(NAME, " mine \n")
    assert environment.text(NAME, "usual") == "mine"


@pytest.mark.parametrize("empty", [None, "", "  \n"])
def test_a_value_without_default_must_be_set(monkeypatch, empty):
    if empty is not None:
        monkeypatch.setenv(NAME, empty)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} .or {NAME}_FILE. must be set"):
        environment.text(NAME)


def test_a_value_may_come_from_a_file_which_wins(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv(NAME, "from the environment")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "secret"))
    assert environment.text(NAME) == "from the file"


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "is empty"), (b" \n", "is empty"), (b"\xff\xfe\x00", "UTF-8")],
)
def test_a_file_that_is_missing_empty_or_no_text_is_refused_even_where_there_is_a_default(
    monkeypatch, tmp_path, content, words
):
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(path))
    with pytest.raises(ImproperlyConfigured, match=words) as refused:
        environment.text(NAME, "usual")
    assert f"{NAME}_FILE" in str(refused.value)


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1", True), ("TRUE", True), ("yes", True), ("on", True), ("0", False), ("No", False), ("off", False)],
)
def test_yes_and_no_in_the_usual_words(monkeypatch, said, meant):
    monkeypatch.setenv(NAME, said)
    assert environment.flag(NAME, default=not meant) is meant


def test_yes_and_no_have_defaults_and_refuse_other_words(monkeypatch):
    assert environment.flag(NAME, default=True) is True
    assert environment.flag(NAME, default=False) is False
    monkeypatch.setenv(NAME, "maybe")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be yes or no"):
        environment.flag(NAME, default=True)


def test_a_whole_number(monkeypatch):
    assert environment.number(NAME, 7) == 7
    monkeypatch.setenv(NAME, "12")
    assert environment.number(NAME, 7) == 12


@pytest.mark.parametrize("said", ["-1", "1.5", "one", "1e3", "0x10"])
def test_other_numbers_are_refused(monkeypatch, said):
    monkeypatch.setenv(NAME, said)
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be a whole number"):
        environment.number(NAME, 7)


def test_a_list_has_no_empty_words(monkeypatch):
    assert environment.words(NAME) == []
    monkeypatch.setenv(NAME, " a.example , ,b.example,")
    assert environment.words(NAME) == ["a.example", "b.example"]


def test_one_of_some_words(monkeypatch):
    assert environment.one_of(NAME, ("red", "green"), "red") == "red"
    monkeypatch.setenv(NAME, "blue")
    with pytest.raises(ImproperlyConfigured, match=f"{NAME} must be red or green, not 'blue'"):
        environment.one_of(NAME, ("red", "green"), "red")


@pytest.mark.parametrize("value", ["redis://host:6379/0", "rediss://u:p@host", "redis://[::1]:6379"])
def test_an_address_of_a_known_scheme(monkeypatch, value):
    monkeypatch.setenv(NAME, value)
    assert environment.url(NAME, ("redis", "rediss")) == value


def test_an_empty_default_of_an_address_stays_empty():
    assert environment.url(NAME, ("redis",), "") == ""


@pytest.mark.parametrize(
    "value",
    [
        "host:6379",
        "//user:hunter2@host",
        "http://user:hunter2@host",
        "redis://u:hunter2@host:port",
        "redis://u:hunter2@[host",
    ],
)
def test_another_address_is_refused_without_quoting_it(monkeypatch, value):
    monkeypatch.setenv(NAME, value)
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.url(NAME, ("redis", "rediss"))
    assert str(refused.value).startswith(NAME)
    assert "hunter2" not in str(refused.value)


# --- keys of a production system ---------------------------------------------------------------------------------
def set_keys(monkeypatch, **other):
    values = {
        "SECRET_KEY": "s3cret-" * 10,
        "CODE_KEYS": f"1:{KEY},2:{KEY}",
        "FINGERPRINT_KEY": OTHER_KEY,
        "TOKEN_PEPPERS": f"1:{PEPPER_KEY}",
        **other,
    }
    for name, value in values.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


def production_keys():
    collector = Collector()
    keys = collector.production_keys()
    collector.refuse()
    return keys


def test_keys_come_from_the_environment_the_ring_in_its_order(monkeypatch):
    set_keys(monkeypatch)
    keys = production_keys()
    assert keys.secret_key == "s3cret-" * 10
    assert list(keys.code_keys) == ["1", "2"]
    assert keys.fingerprint_key == FINGERPRINT_KEY
    assert keys.token_peppers == {"1": PEPPER}


def test_each_key_may_come_from_a_file(monkeypatch, tmp_path):
    set_keys(monkeypatch, SECRET_KEY=None, CODE_KEYS=None, FINGERPRINT_KEY=None, TOKEN_PEPPERS=None)
    for name, value in {
        "SECRET_KEY": "x1y2z3" * 10,
        "CODE_KEYS": f"a:{KEY}",
        "FINGERPRINT_KEY": OTHER_KEY,
        "TOKEN_PEPPERS": f"a:{PEPPER_KEY}",
    }.items():
        (tmp_path / name).write_text(f"{value}\n")
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    keys = production_keys()
    assert keys == environment.Keys("x1y2z3" * 10, {"a": CODE_KEY}, FINGERPRINT_KEY, {"a": PEPPER})


@pytest.mark.parametrize("name", ["SECRET_KEY", "CODE_KEYS", "FINGERPRINT_KEY", "TOKEN_PEPPERS"])
def test_a_missing_key_is_named(monkeypatch, name):
    set_keys(monkeypatch, **{name: None})
    with pytest.raises(ImproperlyConfigured, match=f"{name} .or {name}_FILE. must be set"):
        production_keys()


SHORT = base64.b64encode(b"k" * 31).decode()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SECRET_KEY", "short", "50 characters"),
        ("SECRET_KEY", "a" * 60, "random"),
        ("SECRET_KEY", "django-insecure-" + "x1y2z3" * 10, "random"),
        ("CODE_KEYS", KEY, "such as 1:"),
        ("CODE_KEYS", f":{KEY}", "such as 1:"),
        ("CODE_KEYS", f"1:{KEY},", "such as 1:"),
        ("CODE_KEYS", f"{'1' * 17}:{KEY}", "1 to 16"),
        ("CODE_KEYS", f"ä:{KEY}", "1 to 16"),
        ("CODE_KEYS", f"1:{KEY},1:{KEY}", "the key id 1 twice"),
        ("CODE_KEYS", f"1:{SHORT}", "32 bytes in base64, not 31"),
        ("CODE_KEYS", "1:not*base64", "32 bytes in base64"),
        ("TOKEN_PEPPERS", PEPPER_KEY, "such as 1:"),
        ("TOKEN_PEPPERS", f"1:{PEPPER_KEY},1:{PEPPER_KEY}", "the key id 1 twice"),
        ("TOKEN_PEPPERS", f"1:{SHORT}", "32 bytes in base64, not 31"),
        ("FINGERPRINT_KEY", SHORT, "32 bytes in base64, not 31"),
        ("FINGERPRINT_KEY", "hunter2*", "32 bytes in base64"),
        ("FINGERPRINT_KEY", KEY[:-1], "32 bytes in base64"),
    ],
)
def test_an_unusable_key_is_refused_by_name_and_not_quoted(monkeypatch, name, value, words):
    set_keys(monkeypatch, **{name: value})
    with pytest.raises(ImproperlyConfigured, match=words) as refused:
        production_keys()
    assert name in str(refused.value)
    assert value not in str(refused.value)
    assert KEY not in str(refused.value)


def test_keys_are_not_shown_when_they_are_printed(monkeypatch):
    set_keys(monkeypatch)
    shown = repr(production_keys())
    assert "s3cret" not in shown
    assert repr(CODE_KEY)[2:-1] not in shown
    assert repr(FINGERPRINT_KEY)[2:-1] not in shown
    assert repr(PEPPER)[2:-1] not in shown


def test_all_problems_with_keys_are_told_together(monkeypatch):
    set_keys(monkeypatch, SECRET_KEY=None, CODE_KEYS=f"1:{OTHER_KEY}")
    with pytest.raises(ImproperlyConfigured) as refused:
        production_keys()
    assert str(refused.value).splitlines() == [
        "2 settings are missing or unsafe.",
        "- SECRET_KEY (or SECRET_KEY_FILE) must be set.",
        "- FINGERPRINT_KEY must be another key than those in CODE_KEYS.",
    ]


def test_a_pepper_is_a_key_of_its_own(monkeypatch):
    for taken in (KEY, OTHER_KEY):
        set_keys(monkeypatch, TOKEN_PEPPERS=f"1:{PEPPER_KEY},2:{taken}")
        with pytest.raises(ImproperlyConfigured, match="TOKEN_PEPPERS must be other keys than"):
            production_keys()


def test_keys_that_nobody_drew_at_random_are_refused(monkeypatch):
    for weak in (bytes(32), b"k" * 32, b"secret! " * 4):
        for name in ("CODE_KEYS", "TOKEN_PEPPERS"):
            set_keys(monkeypatch, **{name: f"1:{base64.b64encode(weak).decode()}"})
            with pytest.raises(ImproperlyConfigured, match=f"{name} must be random"):
                production_keys()


# --- the file of an embedded system ------------------------------------------------------------------------------
def test_the_file_of_keys_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "secrets.json"
    old_mask = os.umask(0)
    try:
        made = environment.keys_from_file(path)
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # Beside it come the database and the mails, with links that open accounts.
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert environment.keys_from_file(path) == made
    assert len(made.secret_key) >= 50
    drawn = {*made.code_keys.values(), made.fingerprint_key, *made.token_peppers.values()}
    assert [len(key) for key in drawn] == [32, 32, 32]
    assert environment.keys_from_file(tmp_path / "other.json") != made


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path):
    path = tmp_path / "secrets.json"
    program = (
        "import sys, pathlib; from sparktrack.environment import keys_from_file; sys.stdin.read(1);"
        "print(keys_from_file(pathlib.Path(sys.argv[1])).secret_key)"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in started:  # all are loaded: let them go at once
        assert process.stdin
        process.stdin.write("x")
        process.stdin.flush()
    answers = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 6
    assert answers == {json.loads(path.read_text())["secret_key"] + "\n"}


def test_whoever_comes_second_waits_until_the_file_is_whole(tmp_path):
    path = tmp_path / "secrets.json"
    with (tmp_path / "secrets.json.lock").open("w") as lock, ThreadPoolExecutor(1) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as if the first were at it
        second = pool.submit(environment.keys_from_file, path)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        assert not path.exists()
        fcntl.flock(lock, fcntl.LOCK_UN)
        assert second.result(timeout=30) == environment.keys_from_file(path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text[: len(text) // 2], ""),
        (lambda _: "", ""),
        (lambda _: "[]", ""),
        (lambda _: '{"secret_key": "x", "code_keys": []}', ""),
        (lambda text: text.replace("fingerprint_key", "other"), "fingerprint_key is missing"),
        (
            lambda text: json.dumps({**json.loads(text), "fingerprint_key": "hunter2"}),
            "fingerprint_key must be 32 bytes",
        ),
        (
            lambda text: json.dumps({**json.loads(text), "code_keys": {"1": SHORT}}),
            "code key 1 must be 32 bytes",
        ),
        (lambda text: json.dumps({**json.loads(text), "code_keys": {"1": 5}}), ""),
        (
            lambda text: json.dumps({**json.loads(text), "token_peppers": {"1": SHORT}}),
            "pepper 1 must be 32 bytes",
        ),
        (lambda text: json.dumps({**json.loads(text), "token_peppers": []}), ""),
        (lambda _: '{"secret_key": "x", "code_keys": {}}', "fingerprint_key is missing"),
    ],
)
def test_a_damaged_file_of_keys_is_named_and_never_replaced(tmp_path, damage, words):
    path = tmp_path / "secrets.json"
    environment.keys_from_file(path)
    path.write_text(damaged := damage(path.read_text()))
    with pytest.raises(ImproperlyConfigured, match="is damaged") as refused:
        environment.keys_from_file(path)
    assert str(path) in str(refused.value)
    assert words in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert path.read_text() == damaged


def test_a_file_from_before_there_were_tokens_gains_a_pepper_and_keeps_the_rest(tmp_path):
    path = tmp_path / "secrets.json"
    environment.keys_from_file(path)
    before = {name: value for name, value in json.loads(path.read_text()).items() if name != "token_peppers"}
    path.write_text(json.dumps(before))
    keys = environment.keys_from_file(path)
    assert list(keys.token_peppers) == ["1"]
    assert environment.keys_from_file(path) == keys
    after = json.loads(path.read_text())
    assert {name: after[name] for name in before} == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
