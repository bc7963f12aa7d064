"""Runs that fail, hang or are taken away."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from campaigns import tasks
from campaigns.enums import ImportState
from campaigns.importers import working
from campaigns.models import ImportRun
from campaigns.operations.import_work import INTERRUPTED, LateWorkerError, begin_work, finish_apply
from campaigns.operations.imports import (
    ask_preview,
)
from campaigns.progress import Pulse, progress_of
from campaigns.wishes import Wishes
from creators.models import Creator
from sparktrack.core.clock import utc_now
from tests.campaigns.importers.runs import good
from tests.world import NOW


def test_a_sheet_that_cannot_be_read_as_asked_fails_in_words_and_can_be_read_otherwise(office):
    run = office.preview(office.upload(good()), columns={"No such column": "notes"})
    assert run.state == ImportState.FAILED
    assert run.problem.startswith("The sheet has no column “No such column”.")
    assert run.problem.endswith("Nothing was written.")
    assert office.preview(run).state == ImportState.PREVIEWED


def test_a_fault_of_ours_takes_everything_back_and_says_so(office, monkeypatch):
    run = office.preview(office.upload(good()))
    office.ask(run)

    def breaks(plan, **how):
        carry_out(plan, **how)
        raise DatabaseError

    carry_out = working.carry_out
    monkeypatch.setattr(working, "carry_out", breaks)
    with pytest.raises(DatabaseError):
        tasks.apply_import(str(run.pk))
    run.refresh_from_db()
    assert (run.state, Creator.objects.count()) == (ImportState.FAILED, 0)
    assert "nothing was written" in run.problem
    monkeypatch.undo()
    assert office.apply(run).state == ImportState.APPLIED


def test_a_worker_whose_run_was_taken_away_cannot_finish_it(office):
    run = office.ask(office.preview(office.upload(good())))
    taken = begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now())
    assert begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now()) is None
    ImportRun.objects.update(attempt=taken.attempt + 1)
    with pytest.raises(LateWorkerError):
        finish_apply(run=taken, report={}, now=NOW, actor=office.world.actor)
    assert ImportRun.objects.get().state == ImportState.APPLYING


def test_sweeping_fails_what_is_silent_and_wakes_for_what_waits(office, monkeypatch):
    dead, alive, waiting = (office.ask(office.preview(office.upload(good()))) for _ in range(3))
    for run in (dead, alive):
        begin_work(run_id=run.pk, state=ImportState.APPLYING, now=utc_now())
        run.refresh_from_db()
    later = utc_now() + timedelta(seconds=61)
    Pulse(alive, lambda: later - timedelta(seconds=5))("posts", 1, 3)
    woken = []
    monkeypatch.setattr(tasks, "utc_now", lambda: later)
    monkeypatch.setattr(tasks.apply_import, "delay", woken.append)

    tasks.sweep_imports()

    states = dict(ImportRun.objects.values_list("pk", "state"))
    assert states == {dead.pk: "failed", alive.pk: "applying", waiting.pk: "applying"}
    assert woken == [str(waiting.pk)]
    dead.refresh_from_db()
    assert dead.problem == INTERRUPTED
    assert progress_of(alive).percent == 33
    assert office.apply(dead).state == ImportState.APPLIED


def test_without_a_broker_the_run_waits_for_the_sweeper(office, monkeypatch, caplog):
    def away(_):
        raise OperationalError

    run = office.upload(good())
    asked = ask_preview(run=run, wishes=Wishes(), **office.by)
    monkeypatch.setattr(tasks.preview_import, "delay", away)
    tasks.wake(asked)
    assert "waits for the sweeper" in caplog.text
    monkeypatch.undo()
    monkeypatch.setattr(tasks.preview_import, "delay", tasks.preview_import)
    tasks.sweep_imports()
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED
