"""An import is all or nothing, says what it did, is on record, and never shows a code."""

import csv
import json
import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.operations.gaps import differences
from brands.models import AuditEntry
from campaigns.importers import ColumnRefused
from campaigns.models import Flight, ImportRun
from creators.models import Creator
from posts.models import Post
from sparktrack.core.tabular import UnusableFile
from tests.campaigns.importers.sheets import HEADER, Desk, counts, post_url, row, said, write_sheet
from tests.world import World, spark_code

ROOT = Path(__file__).parents[3]
EVERYTHING = {
    "creator_handle": "maya",
    "auth_date": "2026-10-02",
    "days": "30",
    "status": "applied",
    "paid": "yes",
    "rights_start": "2026-10-01",
    "rights_end": "2027-10-01",
    "campaign": "Q4",
    "flight_start": "2026-11-01",
    "flight_end": "2026-11-30",
    "daily_budget": "100",
    "notes": "fine",
}


def everything(**cells):
    """A row that makes one of every kind."""
    return row(**{**EVERYTHING, "post_link": post_url(), "spark_code": spark_code(), **cells})


def test_report_says_what_was_read_and_made(desk):
    path = desk.folder / "tracker.csv"
    rows = [
        ["Codes of spring"],
        [],
        [*HEADER, "Agency"],
        [*everything(), "Blue"],
        [*HEADER, "Agency"],
        everything(),
    ]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)

    report = desk.take_file(path).report

    ones = {"creators": 1, "posts": 2, "codes": 2, "rights": 2, "campaigns": 1, "flights": 2, "code_uses": 2}
    assert report["created"] == ones
    assert set(report["updated"].values()) == set(report["unchanged"].values()) == {0}
    assert (report["file"], report["sheet"], report["header_row"], report["rows"]) == (
        "tracker.csv",
        None,
        3,
        2,
    )
    assert (report["date_order"], report["applied"], report["unmapped"]) == (None, True, ["Agency"])
    assert report["columns"]["Spark code"] == "code"
    assert report["columns"]["Post link"] == "post_url"
    assert report["errors"] == report["skipped"] == report["warnings"] == []
    json.dumps(report)


def test_preview_says_the_same_as_the_import_and_writes_nothing(desk):
    rows = [everything(), everything(days="soon"), everything()]

    preview = desk.take(*rows, apply=False, skip_errors=True)
    assert not Creator.objects.exists()
    applied = desk.take(*rows, skip_errors=True)

    same = {"rows", "created", "updated", "unchanged", "errors", "skipped", "warnings", "columns", "notes"}
    assert {name: preview.report[name] for name in same} == {name: applied.report[name] for name in same}
    assert (preview.report["applied"], applied.report["applied"]) == (False, True)


def test_plan_says_for_each_row_what_it_does(desk):
    url, code = post_url(), spark_code()
    desk.take(everything(post_link=url, spark_code=code))

    plan = desk.take(
        everything(post_link=url, spark_code=code, days="60"), everything(days="soon"), apply=False
    ).plan

    effects = {kind.value: effect.value for kind, effect in plan.rows[0].effects}
    assert effects == {
        "creators": "unchanged",
        "posts": "unchanged",
        "codes": "updated",
        "rights": "unchanged",
        "campaigns": "unchanged",
        "flights": "unchanged",
        "code_uses": "unchanged",
    }
    assert (plan.rows[1].number, plan.rows[1].effects, plan.rows[1].failed) == (3, [], True)


def test_any_error_writes_nothing_and_skipping_leaves_out_only_its_row(desk):
    rows = [everything(), everything(days="soon")]

    refused = desk.take(*rows)
    assert (refused.report["applied"], Post.objects.count()) == (False, 0)
    assert refused.report["created"]["posts"] == 1  # what it would have made

    assert desk.take(*rows, skip_errors=True).report["applied"]
    assert Post.objects.count() == 1


def test_every_run_is_on_record_with_its_report(desk):
    good, bad = everything(), everything(days="soon")

    for rows, options in (([good], {"apply": False}), ([good, bad], {}), ([good], {})):
        desk.take(*rows, **options)

    runs = list(ImportRun.objects.for_brand(desk.brand).order_by("pk"))
    assert [run.state for run in runs] == ["previewed", "refused", "applied"]
    assert runs[1].report["errors"][0]["code"] == "bad_window"
    assert len({run.sha256 for run in runs}) == 2
    assert AuditEntry.objects.filter(object_kind="importrun").count() == 3


def test_gaps_are_true_after_an_import(desk):
    desk.take(everything(), everything(status="revoked"), everything(paid="no"), everything(spark_code=""))

    posts = list(Post.objects.values_list("pk", flat=True))
    assert PostGap.objects.filter(post__in=posts).exists()
    assert differences(desk.brand, posts) == []


def test_date_order_comes_from_the_option_else_from_the_file_else_it_is_asked_for(desk):
    ambiguous = [everything(auth_date="03/04/2026"), everything(auth_date="05/05/2026")]

    assert [
        said(desk.take(*ambiguous, apply=False)),
        desk.take(*ambiguous, apply=False).report["date_order"],
    ] == [
        [(2, "Auth date", "ambiguous_date")],
        None,
    ]
    told = desk.take(*ambiguous, apply=False, order="dmy")
    assert (said(told), told.report["date_order"]) == ([], "dmy")
    evident = desk.take(*ambiguous, everything(flight_start="13/11/2026"), apply=False)
    assert (said(evident), evident.report["date_order"]) == ([], "dmy")
    contradictory = desk.take(
        *ambiguous, everything(auth_date="13/11/2026"), everything(auth_date="11/14/2026"), apply=False
    )
    assert said(contradictory) == [(2, "Auth date", "ambiguous_date")]


def test_another_brand_is_neither_matched_nor_touched(desk):
    other = World()
    post = other.post(
        other.creator("maya"), url="https://www.tiktok.com/@maya/video/7705527395862967617", title="Theirs"
    )
    code = spark_code()
    other.code(post, starts_at=desk.world.brand.created_at, code=code)

    outcome = desk.take(everything(post_link=post.url, spark_code=code, title="Ours"))

    assert counts(outcome, "created")["codes"] == 1
    assert list(Post.objects.order_by("title").values_list("title", flat=True)) == ["Ours", "Theirs"]
    assert AuthorizationCode.objects.count() == 2


def test_no_code_in_report_record_audit_log_or_repr(desk, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    secret = "#" + "CaNaRy77" * 7 + "abcdefgk2Y="
    half = secret[:40] + " \n" + secret[40:]
    rows = [
        everything(spark_code=secret, title=secret, notes=f"use {secret} please", campaign=secret),
        everything(spark_code=secret),
        everything(spark_code="", post_link=secret, auth_date=secret, days=secret, paid=secret, owner=secret),
        everything(spark_code="", post_link=half, creator_handle=secret, rights_start=secret),
        everything(spark_code="…k2Y="),
    ]

    outcome = desk.take(*rows, header=(*HEADER[:-1], "Notes"), skip_errors=True)

    shown = json.dumps(outcome.report) + repr(outcome.plan) + caplog.text + "".join(capsys.readouterr())
    stored = list(AuditEntry.objects.values_list("object_label", "before", "after"))
    stored += list(ImportRun.objects.values_list("report", flat=True))
    stored += list(Post.objects.values_list("title", "notes")) + list(
        Flight.objects.values_list("campaign__name")
    )
    assert len(outcome.report["errors"]) >= 4
    leaks = re.findall(r".{60}CaNaRy77CaNaRy77.{0,20}", shown + str(stored))
    assert leaks == []
    assert "code ending k2Y=" in shown
    assert AuthorizationCode.objects.get().ending == "k2Y="


def test_file_without_a_header_or_without_posts_cannot_be_used(desk):
    for header in (["How to use this"], ["Handle", "Spark code"]):
        with pytest.raises(UnusableFile):
            desk.take(["maya", "x"], header=header)
    with pytest.raises(UnusableFile, match="no named sheets"):
        desk.take(everything(), sheet="Codes")
    with pytest.raises(ColumnRefused):
        desk.take(everything(), maps=["Kode=code"])
    assert not ImportRun.objects.exists()


def test_columns_are_what_a_person_says(desk):
    code = spark_code()

    outcome = desk.take(
        ["maya", post_url(), code, "30", "2026-10-02"],
        header=("Who", "Where", "Secret", "Good for", "Since"),
        maps=["Who=handle", "Where=post_url", "Secret=code", "Good for=window_days", "Since=starts_at"],
    )

    assert counts(outcome, "created") == {"creators": 1, "posts": 1, "codes": 1}


_KILLED = """
import os, signal, sys
import django
django.setup()
from django.core.management import call_command
from authorizations.operations import gaps

def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

gaps.rewrite_gaps = die  # everything is written by now, and nothing is committed
call_command("import_tracker", sys.argv[1], "--brand", sys.argv[2], "--apply")
"""


@pytest.mark.django_db(transaction=True)
def test_killed_import_leaves_nothing_and_the_next_one_does_it_all(tmp_path):
    desk = Desk(tmp_path)
    path = write_sheet(
        tmp_path, [everything(creator_handle=f"c{n}", post_link=post_url(f"c{n}")) for n in range(50)]
    )
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "sparktrack.settings"}

    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(path), desk.brand.slug],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for model in (Creator, Post, AuthorizationCode, UsageRight, Flight, PostGap, ImportRun):
        assert not model.objects.exists()
    assert counts(desk.take_file(path), "created")["posts"] == 50
    assert settings.CODE_KEYS  # the same keys in both processes
