"""Imports at once, and workers that die: all or nothing, and the run says which."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from brands.operations.edits import locked
from campaigns import tasks
from campaigns.importers import working
from campaigns.models import Flight, ImportRun
from campaigns.operations.import_work import CHANGED, INTERRUPTED
from campaigns.operations.imports import WrongStateError
from creators.models import Creator
from posts.models import Post
from sparktrack.core.clock import utc_now
from tests.campaigns.importers.sheets import Office, post_url, row
from tests.concurrency.crowd import at_once, no_errors, proof
from tests.world import spark_code

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def line(number, **cells):
    """A row of a post of its own."""
    usual = {"creator_handle": "maya", "auth_date": "2026-10-02", "days": "30", "campaign": "Q4"}
    return row(**{**usual, "post_link": post_url(number=number), "spark_code": spark_code(number), **cells})


def states():
    return sorted(ImportRun.objects.values_list("state", flat=True))


def impatient():
    """This thread's connection waits for a lock for 200 ms only."""
    with connection.cursor() as cursor:
        postgresql = connection.vendor == "postgresql"
        cursor.execute("SET lock_timeout = '200ms'" if postgresql else "PRAGMA busy_timeout = 200")


def test_two_people_who_import_the_same_sheet_at_once_import_it_once(office):
    runs = [office.ask(office.preview(office.upload(line(1), line(2)))) for _ in range(2)]

    answers = at_once(*[lambda run=run: tasks.apply_import(str(run.pk)) for run in runs])

    assert no_errors(answers)
    assert (states(), Post.objects.count(), Creator.objects.count()) == (["applied", "previewed"], 2, 1)
    assert ImportRun.objects.get(state="previewed").problem == CHANGED
    assert proof(office.world) == []


def test_two_people_who_import_different_sheets_at_once_are_both_done(office):
    office.bring(line(9))  # creator and campaign are there: neither sheet does something else then
    runs = [office.ask(office.preview(office.upload(line(number)))) for number in (1, 2)]

    answers = at_once(*[lambda run=run: tasks.apply_import(str(run.pk)) for run in runs])

    assert no_errors(answers)
    assert (states(), Post.objects.count()) == (["applied"] * 3, 3)
    assert proof(office.world) == []


def test_one_worker_does_a_run_that_two_were_woken_for(office):
    run = office.ask(office.preview(office.upload(line(1))))
    assert no_errors(at_once(*[lambda: tasks.apply_import(str(run.pk))] * 3))
    assert (states(), Post.objects.count()) == (["applied"], 1)


def test_one_of_two_who_undo_does_it(office):
    run = office.bring(line(1))
    answers = at_once(*[lambda: office.undo(run)] * 2)
    assert no_errors(answers)
    assert sum(isinstance(answer, WrongStateError) for answer in answers) == 1
    assert (states(), Post.objects.count()) == (["undone"], 0)


def test_in_a_busy_brand_the_run_waits_its_turn(office, monkeypatch):
    monkeypatch.setattr(working, "_TRIES", 2)
    run = office.ask(office.preview(office.upload(line(1))))
    inside, leave = threading.Event(), threading.Event()

    def first():
        with locked(office.world.brand):
            inside.set()
            assert leave.wait(30)

    def second():
        assert inside.wait(30)
        impatient()
        try:
            tasks.apply_import(str(run.pk))
        finally:
            leave.set()

    assert no_errors(at_once(first, second))
    run.refresh_from_db()
    assert (run.state, run.begun_at) == ("applying", None)
    tasks.apply_import(str(run.pk))
    assert states() == ["applied"]


def test_a_worker_that_is_taken_for_dead_writes_all_or_nothing(office, monkeypatch):
    run = office.ask(office.preview(office.upload(line(1))))
    inside, leave = threading.Event(), threading.Event()
    carry_out = working.carry_out

    def slow(plan, **how):
        carry_out(plan, **how)
        inside.set()
        assert leave.wait(30)

    def sweeper():
        assert inside.wait(30)
        impatient()
        try:
            working.sweep(now=utc_now() + timedelta(minutes=5))
        finally:
            leave.set()

    monkeypatch.setattr(working, "carry_out", slow)
    assert no_errors(at_once(lambda: tasks.apply_import(str(run.pk)), sweeper))
    # SQLite has one writer: nobody can say of a run that it failed while it is being written.
    expected = (["failed"], 0) if connection.vendor == "postgresql" else (["applied"], 1)
    assert (states(), Post.objects.count()) == expected


_WORKER = """
import sys, time
from pathlib import Path
from sparktrack.celery import app
import django
django.setup()
from authorizations.operations import gaps

def stand_still(*_arguments):
    Path(sys.argv[1]).touch()
    time.sleep(60)

gaps.rewrite_gaps = stand_still  # everything is written by now, and nothing is committed
app.worker_main(["worker", "--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "ERROR"])
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_run_says_so_and_works_again(office, tmp_path):
    run = office.ask(office.preview(office.upload(*[line(number) for number in range(1, 30)])))
    reached = tmp_path / "reached"
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "sparktrack.settings"}
    tasks.wake(run)
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(reached)], cwd=ROOT, env=env, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not reached.exists():
            assert time.monotonic() < deadline, "the worker never came to write"
            time.sleep(0.05)
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    assert (states(), Post.objects.count(), Flight.objects.count()) == (["applying"], 0, 0)
    working.sweep(now=utc_now() + timedelta(seconds=30))
    assert states() == ["applying"]
    working.sweep(now=utc_now() + timedelta(seconds=90))
    run.refresh_from_db()
    assert (run.state, run.problem, Post.objects.count()) == ("failed", INTERRUPTED, 0)
    assert office.apply(run).state == "applied"
    assert Post.objects.count() == 29
    assert proof(office.world) == []
