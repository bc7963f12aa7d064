"""The first look at a sheet says what a person must know to say what its columns mean, and shows no code."""

import pytest

from campaigns.importers.looking import look_again, look_at, receive_sheet
from campaigns.operations.imports import WrongStateError
from sparktrack.core.tabular import UnusableFile
from tests.campaigns.importers.sheets import HEADER, post_url, row, write_sheet
from tests.campaigns.importers.test_trackers import TRACKERS
from tests.world import spark_code


def look(office, *rows, header=HEADER, **more):
    return look_at(write_sheet(office.folder, rows, header).read_bytes(), brand=office.brand, **more)


def test_columns_are_guessed_with_samples_beside_them(office):
    rows = [row(creator_handle=f"m{n}", post_link=post_url(), notes="so " * 40, days=30) for n in range(9)]
    found = look(office, *rows)
    assert (found["header_row"], found["sheets"], found["sheet"]) == (1, [], None)
    columns = {column["header"]: column for column in found["columns"]}
    assert list(columns) == list(HEADER)
    assert columns["Creator handle"] == {
        "header": "Creator handle",
        "field": "handle",
        "remembered": False,
        "samples": ["m0", "m1", "m2"],
    }
    assert columns["Days"]["samples"] == ["30"]
    assert len(columns["Notes"]["samples"][0]) == 60
    assert columns["Title"]["samples"] == []


def test_codes_are_masked_wherever_they_stand(office):
    code = spark_code()
    found = look(office, row(spark_code=code, notes=f"take {code}", title=code, post_link=post_url()))
    assert code[1:30] not in str(found)
    assert f"…{code[-4:]}" in str(found)


@pytest.mark.parametrize(
    "cell",
    [
        "#short+Secret=123",
        " ".join(spark_code(3)[start : start + 10] for start in range(0, 70, 10)),
        "\u200b".join(spark_code(3)[start : start + 20] for start in range(0, 80, 20)),
    ],
)
def test_a_code_is_masked_in_its_column_however_odd_and_broken_up_it_is(cell, office):
    found = look(office, row(spark_code=cell, post_link=post_url()))
    columns = {column["header"]: column for column in found["columns"]}
    assert columns["Spark code"]["samples"] == [f"…{cell[-4:]}"]


def test_a_code_with_unseen_characters_is_masked_in_any_column(office):
    code = spark_code(4)
    hidden = code[:20] + "\u200b" + code[20:]
    found = str(look(office, row(notes=f"take {hidden} 👨\u200d👩", title=hidden, post_link=post_url())))
    assert code[1:15] not in found
    assert code[25:50] not in found


def test_a_date_that_can_be_read_in_two_ways_is_asked_about(office):
    found = look(office, row(auth_date="03/04/2026"), row(auth_date="05/05/2026"))
    assert found["date_order"] is None
    assert found["date_question"] == {
        "row": 2,
        "column": "Auth date",
        "text": "03/04/2026",
        "readings": {"dmy": "2026-04-03", "mdy": "2026-03-04"},
    }
    told = look(office, row(auth_date="03/04/2026"), row(auth_date="31/05/2026"))
    assert (told["date_order"], told["date_question"]) == ("dmy", None)
    plain = look(office, row(auth_date="2026-04-03"), row(auth_date="04/04/2026"))
    assert (plain["date_order"], plain["date_question"]) == (None, None)


def test_a_sheet_without_a_header_shows_its_first_rows(office):
    found = look(office, ["b", "c"], header=["a", spark_code()])
    assert (found["header_row"], found["columns"]) == (None, [])
    assert found["first_rows"][0][0] == "a"
    assert len(found["first_rows"][0][1]) == 5


def test_another_sheet_of_a_workbook_is_looked_at_as_long_as_nothing_was_imported(office):
    content = (TRACKERS / "agency-workbook.xlsx").read_bytes()
    run = receive_sheet(content, file_name="a.xlsx", **office.by)
    other = next(name for name in run.look["sheets"] if name != run.look["sheet"])
    again = look_again(run, brand=office.brand, sheet=other)
    assert (again.look["sheet"], again.sheet) == (other, run.sheet)
    with pytest.raises(UnusableFile, match="no sheet"):
        look_again(run, brand=office.brand, sheet="Nowhere")
    done = office.bring(row(creator_handle="maya", post_link=post_url()))
    with pytest.raises(WrongStateError):
        look_again(done, brand=office.brand, sheet="")
