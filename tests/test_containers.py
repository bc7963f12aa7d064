"""The image and the Compose file: what can be known about them without an engine that runs them.

``tests/e2e/test_production.py`` starts the processes of docker-compose.yml by hand.
"""

import ast
import itertools
import json
import os
import re
import runpy
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from sparktrack import settings as settings_module
from tests.test_workbench import ROOT, tracked_files

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("sparktrack:")}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().splitlines()


def example() -> dict[str, bool]:
    """The names in .env.example, and whether each is set there."""
    found = re.findall(r"^(# )?([A-Z][A-Z_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len({name for _, name in found}) == len(found)
    return {name: not commented for commented, name in found}


def variables_of_the_settings() -> set[str]:
    """What settings.py reads, and the readers of keys."""
    names: set[str] = set()
    for path in ("sparktrack/settings.py", "sparktrack/environment.py"):
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                names.add(str(node.args[0].value))
    return {name for name in names if re.fullmatch(r"[A-Z][A-Z_]+", name)}


def test_the_example_has_every_variable_of_the_settings_with_a_line_about_it():
    assert set(example()) == variables_of_the_settings() | {"COMPOSE_PROFILES", "WEB_PORT"}
    lines = (ROOT / ".env.example").read_text().splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"(# )?[A-Z][A-Z_]*=", line):
            assert re.match(r"# .+\.$", above), line


def test_all_processes_are_there_and_each_is_watched():
    assert set(SERVICES) == {
        "migrate", "web", "worker", "beat-1", "beat-2", "database", "redis", "mailpit",
    }  # fmt: skip
    for name, service in SERVICES.items():
        health = service["healthcheck"]
        assert health.get("test") or (name == "migrate" and health == {"disable": True}), name
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name


def test_nothing_starts_before_the_database_is_migrated():
    assert SERVICES["migrate"]["command"].split()[1:3] == ["manage.py", "migrate"]
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }


def test_every_image_has_a_version():
    images = [service["image"] for service in SERVICES.values()]
    images += [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("FROM")]
    for image in images:
        name, _, tag = image.partition(":")
        assert tag, image
        assert "latest" not in tag, image
        assert "." not in name.split("/")[0], f"{image} names a registry"


def test_redis_writes_what_it_is_told_to_a_volume():
    command = SERVICES["redis"]["command"].split()
    assert command[command.index("--appendonly") + 1] == "yes"
    assert SERVICES["redis"]["volumes"] == ["redis:/data"]


def test_only_this_machine_reaches_what_is_published_and_nobody_the_data():
    for name, service in SERVICES.items():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("database", "redis"):
        assert SERVICES[name]["networks"] == ["data"]
        assert "ports" not in SERVICES[name]


def test_our_processes_may_do_as_little_as_possible():
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_no_secret_is_in_the_compose_file_and_each_is_a_file_that_a_script_makes(tmp_path):
    subprocess.run([ROOT / "bin" / "secrets", tmp_path / "secrets"], check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert set(COMPOSE["secrets"]) == set(made)
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"./secrets/{name}"}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert made["postgres_password"].strip() in made["database_url"]
    # Again: nothing that may be in use is replaced, what is missing comes back.
    (tmp_path / "secrets" / "email_url").unlink()
    subprocess.run([ROOT / "bin" / "secrets", tmp_path / "secrets"], check=True, capture_output=True)
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


def test_production_starts_with_what_compose_passes(tmp_path, monkeypatch):
    """The settings find every variable: those of .env as in the example, those of the file, the secrets."""
    subprocess.run([ROOT / "bin" / "secrets", tmp_path], check=True, capture_output=True)
    for name in {*example(), *(f"{name}_FILE" for name in example())}:
        monkeypatch.delenv(name, raising=False)
    active = {name for name, is_set in example().items() if is_set}
    values = {
        line.partition("=")[0]: line.partition("=")[2]
        for line in (ROOT / ".env.example").read_text().splitlines()
        if line.partition("=")[0] in active
    }
    for name in OURS:
        assert SERVICES[name]["env_file"] == [".env"]
        assert set(SERVICES[name]["secrets"]) == set(COMPOSE["secrets"]) - {"postgres_password"}
        passed = SERVICES[name]["environment"]
        assert {variable.removesuffix("_FILE") for variable in passed} <= set(example())
        values |= {
            variable: str(value).replace("/run/secrets", str(tmp_path)) for variable, value in passed.items()
        }
    for variable, value in {"SPARKTRACK_VAR": str(tmp_path / "var"), **values}.items():
        monkeypatch.setenv(variable, value)
    found = runpy.run_path(str(settings_module.__file__))
    assert found["PRODUCTION"] is True
    assert found["DATABASES"]["default"]["HOST"] == "database"
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mailpit", 1025)
    assert found["REDIS_URL"].startswith("redis://redis:6379")


def test_compose_itself_accepts_the_file(tmp_path):
    """Asked where the client is there; what it would say otherwise is covered above as far as YAML shows it."""
    docker = shutil.which("docker")
    client = [docker or "docker", "compose"]
    if not docker or subprocess.run([*client, "version"], capture_output=True, check=False).returncode:
        return
    for name in ("docker-compose.yml", ".env.example"):
        shutil.copy(ROOT / name, tmp_path / (".env" if name.startswith(".env") else name))
    command = [*client, "--profile", "mailpit", "config", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["services"]) == set(SERVICES)


def test_the_image_checks_its_packages_runs_as_nobody_special_and_is_watched():
    stages = DOCKERFILE.split("\nFROM ")[1:]
    assert len(stages) == 3
    assert "--require-hashes" in stages[0]
    assert "collectstatic" in stages[1]
    last = stages[-1]
    (user,) = re.findall(r"^USER (\d+):(\d+)$", last, re.MULTILINE)
    assert all(int(number) > 1000 for number in user)
    assert last.index("\nUSER ") < last.index("\nCMD ")
    assert "/healthz" in last.partition("\nHEALTHCHECK ")[2].partition("\nCMD ")[0]
    assert not re.search(r"https?://(?!127\.0\.0\.1)|--index|--trusted-host", DOCKERFILE)


def test_everything_that_runs_is_in_the_image_and_nothing_else():
    """.dockerignore leaves everything out and lets single names in again."""
    assert IGNORED[1] == "*"
    let_in = {line.strip("!/") for line in IGNORED if line.startswith("!")}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert let_in == {"manage.py", "requirements.txt", "bin/as-production", "templates", "static", *packages}
    top = {path.relative_to(ROOT).parts[0] for path in tracked_files()}
    assert {"tests", "docs", "README.md"} <= top - {name.split("/")[0] for name in let_in}


@pytest.mark.parametrize("name", ["bin/secrets", "bin/as-production"])
def test_scripts_can_be_run(name):
    assert os.access(ROOT / name, os.X_OK)
    assert Path(ROOT / name).read_text().startswith("#!/usr/bin/env bash\n")
