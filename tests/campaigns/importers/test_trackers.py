"""The four trackers of real teams import exactly as their expected files say."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from authorizations.models import AuthorizationCode, UsageRight
from authorizations.operations.gaps import differences
from campaigns.models import Flight
from creators.models import Creator
from posts.models import Post
from tests.factories import BrandFactory

TRACKERS = Path(__file__).parents[2] / "data" / "trackers"
NAMES = ("agency-workbook.xlsx", "messy-eu.csv", "messy-us.csv", "tidy-tracker.csv")


def run(brand, path, tmp_path, *arguments):
    """The report of one run and its exit code."""
    target = tmp_path / "report.json"
    try:
        call_command("import_tracker", str(path), "--brand", brand.slug, "--report", str(target), *arguments)
        code = 0
    except CommandError as error:
        code = error.returncode
    return json.loads(target.read_text()), code


def asked(expected):
    """The options that the expected file goes with."""
    options = []
    if expected.get("sheet"):
        options += ["--sheet", expected["sheet"]]
    if expected.get("date_order"):
        options += ["--date-order", expected["date_order"]]
    return options


@pytest.mark.django_db
@pytest.mark.parametrize("with_options", [True, False], ids=["told", "found_out"])
@pytest.mark.parametrize("name", NAMES)
def test_tracker_imports_as_expected_and_again_without_change(name, with_options, tmp_path):
    expected = json.loads((TRACKERS / f"{name}.expected.json").read_text())
    brand = BrandFactory(time_zone="America/New_York")
    options = asked(expected) if with_options else []

    report, code = run(brand, TRACKERS / name, tmp_path, "--apply", "--skip-errors", *options)

    assert (code, report["applied"], report["file"]) == (0, True, name)
    assert report["rows"] == expected["rows"]
    assert report["sheet"] == expected.get("sheet")
    assert report["date_order"] == expected.get("date_order")
    assert [{"row": e["row"], "code": e["code"]} for e in report["errors"]] == expected["errors"]
    assert [{"row": e["row"], "code": e["code"]} for e in report["skipped"]] == expected.get("skipped", [])
    repeated = [w for w in report["warnings"] if w["code"] == "duplicate_row"]
    assert len(repeated) == expected.get("identical_rows", 0)
    for kind in ("creators", "posts", "codes"):
        assert report["created"][kind] == expected[kind]
    _assert_on_file(brand, expected)

    again, code = run(brand, TRACKERS / name, tmp_path, "--apply", "--skip-errors", *options)

    assert code == 0
    assert sum(again["created"].values()) == sum(again["updated"].values()) == 0
    assert again["unchanged"] == report["created"]
    assert [(e["row"], e["code"]) for e in again["errors"]] == [
        (e["row"], e["code"]) for e in report["errors"]
    ]


def _assert_on_file(brand, expected):
    assert Creator.objects.for_brand(brand).count() == expected["creators"]
    posts = Post.objects.for_brand(brand)
    assert sorted(posts.values_list("tiktok_post_id", flat=True)) == sorted(expected["post_ids"])
    windows = {
        post_id: {"starts_on": str(starts_on), "window_days": days}
        for post_id, starts_on, days in AuthorizationCode.objects.for_brand(brand).values_list(
            "post__tiktok_post_id", "starts_on", "window_days"
        )
    }
    assert windows == expected["windows"]
    if "rights" in expected:
        rights = {
            post_id: [str(start), str(end), paid]
            for post_id, start, end, paid in UsageRight.objects.for_brand(brand).values_list(
                "post__tiktok_post_id", "starts_on", "ends_on", "paid_amplification"
            )
        }
        assert rights == expected["rights"]
    if "flights" in expected:
        flights = {
            post_id: [str(start), str(end)]
            for post_id, start, end in Flight.objects.for_brand(brand).values_list(
                "post__tiktok_post_id", "starts_on", "ends_on"
            )
        }
        assert flights == expected["flights"]
    assert differences(brand, list(posts.values_list("pk", flat=True))) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["messy-eu.csv", "messy-us.csv"])
def test_errors_without_skip_errors_write_nothing(name, tmp_path):
    brand = BrandFactory()

    report, code = run(brand, TRACKERS / name, tmp_path, "--apply")

    assert (code, report["applied"]) == (1, False)
    assert not Post.objects.for_brand(brand).exists()
    assert not Creator.objects.for_brand(brand).exists()
