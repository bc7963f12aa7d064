"""What every test gets: settings that touch nothing of the developer's, real servers on demand, a strict browser.

The database is SQLite in a temporary folder, or PostgreSQL when DATABASE_URL names one (``bin/test`` runs both).
With PostgreSQL and TEST_REDIS_URL the cache and the broker are Redis, as in production.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import hypothesis
import pytest
import redis as redis_client
from django.conf import settings

from tests import browser as chromium
from tests import servers
from tests.run import QUICK, REPEATED

if settings.configured:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves.")


def _numbered(url: str) -> str:
    """``url`` with a Redis database of this xdist worker's own."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    return urlsplit(url)._replace(path=f"/{int(worker) + 1 if worker else 0}").geturl()


def _configure_django() -> Path:
    """Loads the settings with a ``var/`` of this process's own; returns that folder."""
    var = Path(tempfile.mkdtemp(prefix="sparktrack-test-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    on_postgresql = os.environ.get("DATABASE_URL", "").startswith("postgres")
    for name in ("ENVIRONMENT", "REDIS_URL", "SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL"):
        os.environ.pop(name, None)
    os.environ["SPARKTRACK_VAR"] = str(var)
    if not on_postgresql:
        os.environ["DATABASE_URL"] = f"sqlite:///{var / 'sparktrack.sqlite3'}"
    elif redis_url := os.environ.get("TEST_REDIS_URL"):
        os.environ["REDIS_URL"] = _numbered(redis_url)
    # Playwright's sync API keeps an event loop in the main thread; Django would refuse to query there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["DJANGO_SETTINGS_MODULE"] = "sparktrack.settings"
    (var / "static").mkdir()  # WhiteNoise warns when there is nothing to serve
    django.setup()
    # xdist workers inherit the environment and must come through here with a folder of their own.
    del os.environ["DJANGO_SETTINGS_MODULE"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
    # Static files come from the live server, and from real processes in test_serve.py: to list them all for each of
    # thousands of test clients would take minutes.
    settings.WHITENOISE_USE_FINDERS = False
    if not on_postgresql:
        # A file, not memory: threads and processes of a test share it as they share the real one.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(var / "test.sqlite3")
    return var


_VAR = _configure_django()

from django.core.cache import cache

hypothesis.settings.register_profile(
    "default",
    max_examples=15,  # drawn anew on each database and in each run
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile(
    "thorough", hypothesis.settings.get_profile("default"), max_examples=2000
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


# --- A skipped test is a failed one: the suite never passes by leaving something out -----------------------------
def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipping is failing here. {reason}"
        vars(report).pop("wasxfail", None)  # pytest would not count it


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped or expected-to-fail test is reported as failed."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So is a module that skips itself."""
    report = yield
    _refuse_skip(report)
    return report


# --- What no database can change is tested in the first run of the suite only (tests/run.py) ---------------------
_OF_DATABASES = frozenset({"db", "transactional_db", "live_server", "postgres_url"})


# Whole programs, walks over all pages and browsers take longest.
_LONG = {"e2e", "access", "test_serve.py", "test_access_matrix.py", "test_writers.py", "test_fuzz.py"}
# Every page and letter in a browser, in both schemes and with hostile texts; what a person does on the main pages is
# in the other browser tests. ``make test`` has them all.
_LONG_LOOKS = {
    "e2e/test_every_page.py",
    "e2e/test_every_route.py",
    "e2e/test_hostile_text.py",
    "e2e/test_screenshots.py",
    # A day's ways through pages whose parts have tests of their own.
    "e2e/test_alerts.py",
    "e2e/test_api_docs.py",
    "e2e/test_board.py",
    "e2e/test_board_live.py",
    "e2e/test_channels.py",
    "e2e/test_devmail.py",
    "e2e/test_findings.py",
    "e2e/test_imports.py",
    "e2e/test_month_end.py",
    "e2e/test_people.py",
    "e2e/test_post.py",
    "e2e/test_posts.py",
    "e2e/test_tokens.py",
    "e2e/test_rights.py",
    "e2e/test_welcome.py",
    "e2e/test_workday.py",
    "views/test_weight.py",
    # Whatever the document of the API allows and forbids, as each of six callers.
    "api/test_bodies.py",
    "api/test_client.py",
    "api/test_fuzz.py",
    "api/test_recipes.py",
    "access/test_api_walks.py",
    "campaigns/test_demo_days.py",
    # All processes of production at once; each of them is in other tests.
    "e2e/test_production.py",
    # Every part killed and started again; what each of them does is in tests/alerts and tests/concurrency.
    "faults/test_faults.py",
    "letters/test_html.py",
    "campaigns/test_admin_walk.py",
    "benchmarks/test_smoke.py",
}
# Of the REST API: keys, versions, filters, many at once. What it reads and writes else is in other folders.
_OF_SCRIPTS = {"test_edges.py", "test_flights.py", "test_keeping.py", "test_many.py", "test_reading.py"}
# Folders of pages and letters: what they read and write is in other folders (docs/decisions/020).
_OF_PAGES = {"views", "templatetags", "letters", "access", "e2e", "test_access_matrix.py"}


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """What will not run is not even read: collecting costs each worker seconds."""
    if QUICK in os.environ and "/".join(collection_path.parts[-2:]) in _LONG_LOOKS:
        return True
    if REPEATED in os.environ and _OF_PAGES & set(collection_path.parts):
        return True
    if {QUICK, REPEATED} <= set(os.environ) and collection_path.parent.name == "api":
        return collection_path.name not in _OF_SCRIPTS or None
    return None


@pytest.hookimpl(trylast=True)  # in the order that pytest-randomly and pytest-django made
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long first; in a second run without the tests that touch no database and those marked ``once``."""
    # At the end of a run one worker would be at it while the others wait.
    items.sort(key=lambda item: _LONG.isdisjoint(item.path.parts[-2:]))
    if REPEATED in os.environ:
        kept = [item for item in items if _depends_on_database(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay as they are: nobody has to look through them for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _depends_on_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & _OF_DATABASES)


# --- The database ------------------------------------------------------------------------------------------------
_OF_THE_CODE = {"django_content_type", "auth_permission"}


def _emptying(_style: Any, connection: Any, **_options: Any) -> list[str]:
    """The statements that empty the tables that hold rows, but for those whose rows follow from the code.

    Deleting a test's few rows takes PostgreSQL less time than truncating all tables; foreign keys are looked at last.
    """
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables = {name: connection.ops.quote_name(name) for name in names if name not in _OF_THE_CODE}
    asked = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted})" for name, quoted in tables.items())
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [f"DELETE FROM {tables[name]}" for (name,) in cursor.fetchall()]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """After a test with real transactions content types and permissions stay: they would be made anew as they are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.core.management.commands.flush.sql_flush", _emptying)
        patch.setattr("django.core.management.commands.flush.emit_post_migrate_signal", lambda *_: None)
        yield


# --- Folders and servers -----------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Rate limits and other cached counts of one test must not reach the next."""
    cache.clear()


@pytest.fixture(scope="session")
def var_dir() -> Path:
    """The ``var/`` of this test process."""
    return _VAR


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server to make databases in: the one of this run, or a private one started now."""
    named = os.environ.get("TEST_DATABASE_URL") or os.environ["DATABASE_URL"]
    if named.startswith("postgres"):
        yield named
    else:
        with servers.postgres() as url:
            yield url


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named
    else:
        with servers.redis() as url:
            yield url


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """A real Redis, with an empty database of this process's own."""
    url = _numbered(_redis_server)
    with redis_client.Redis.from_url(url) as client:
        client.flushdb()
    return url


# --- The browser -------------------------------------------------------------------------------------------------
@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright starts the system's Chromium."""
    path = chromium.find() or (chromium.install() and chromium.find())
    if not path:
        pytest.fail(chromium.HOW_TO_INSTALL)
    return {**browser_type_launch_args, "executable_path": path, "args": list(chromium.FLAGS)}


@pytest.fixture(scope="session")
def base_url(live_server: Any) -> str:
    """Pages are opened by path, ``page.goto("/accounts/login/")``, from the live server of this process."""
    return str(live_server.url)


@pytest.fixture
def context(new_context: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A browser context that fails its test on console errors, CSP reports among them, and on script errors.

    ``@pytest.mark.console_errors`` is for tests that look at refused pages: Chromium logs every 4xx.
    """
    context = new_context()
    context.set_default_timeout(10_000)
    problems: list[str] = []
    context.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: problems.append(str(error.error)))
    yield context
    if not request.node.get_closest_marker("console_errors"):
        assert problems == []
