"""What has no place of its own goes to the notes, once, and nothing that people wrote is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.importers.notes import NoteParts


def added(stored, *parts):
    notes = NoteParts()
    for text, extras in parts:
        notes.take(text, extras)
    return notes.added_to(stored)


@pytest.mark.parametrize(
    ("stored", "parts", "expected"),
    [
        ("", [("fine", {})], "fine"),
        ("", [("", {"Agency": "Blue"})], "Agency: Blue"),
        ("", [("fine", {"Agency": "Blue", "Batch": "7"})], "fine\nAgency: Blue\nBatch: 7"),
        ("from the app", [("fine", {})], "from the app\nfine"),
        ("fine", [("fine", {})], ""),
        ("a\nfine\nb", [("fine", {})], ""),
        ("finest", [("fine", {})], "finest\nfine"),
        ("x\nAgency: Blue\ny", [("", {"Agency": "Red"})], "x\nAgency: Red\ny"),
        ("", [("a", {"N": "1"}), ("b", {"N": "2"}), ("a", {"N": "1"})], "a\nb\nN: 1; 2"),
        ("Status: ok\nStatus: new", [("Status: ok", {"Status": "old"})], "Status: ok\nStatus: old"),
        ("anything", [("", {})], ""),
        ("two\r\nlines ", [("two\nlines", {})], ""),
    ],
)
def test_notes_say_each_thing_once(stored, parts, expected):
    assert added(stored, *parts) == expected


words = st.text(alphabet="Axy :;\n", max_size=8).map(str.strip)


@given(
    words,
    st.lists(
        st.tuples(words, st.dictionaries(st.sampled_from(["A", "B c"]), st.sampled_from("xyz"))), max_size=4
    ),
)
def test_the_same_sheet_adds_nothing_a_second_time(stored, parts):
    once = added(stored, *parts) or stored

    assert added(once, *parts) == ""
