from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparktrack.core.cells import Refusal
from sparktrack.tiktok.codes import (
    MaskedCode,
    NoCode,
    clean_code,
    ending,
    mask,
    masked_ending,
    stretches_of,
)

CODE = "#iWmEHEDisRupORI2TdeiuZ2RLQFziFS12PfDmV13jJwC7RPoRUHKBdv/u6e+NV0="
CODES = st.from_regex(r"#[A-Za-z0-9+/]{63}=", fullmatch=True)


@pytest.mark.parametrize(
    "pasted",
    [
        CODE,
        f"  {CODE} \r\n",
        f"{CODE}\u200b\ufeff",
        f'"{CODE}"',
        f"“{CODE}”",
        f"'{CODE}'",
        f"`{CODE}`",
        f"{CODE[:30]}\n{CODE[30:]}",
        f"{CODE[:30]} \u00a0{CODE[30:50]}\u2060{CODE[50:]}",
        CODE.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D").replace("#", "%23"),
        CODE.replace("+", "%2b").replace("/", "%2f").replace("=", "%3d"),
    ],
)
def test_a_code_is_freed_of_what_pasting_adds(pasted):
    clean = clean_code(pasted)
    assert clean.value == CODE
    assert not clean.odd
    assert clean.ending == "NV0="


@given(CODES)
def test_a_clean_code_stays_as_it_is_with_its_case(code):
    assert clean_code(code).value == code
    assert clean_code(clean_code(f" “{code}” ").value).value == code


@pytest.mark.parametrize(
    "pasted", ["abc", CODE[1:], CODE[:-1], CODE + "x", "#" + "ä" * 64, "%252B" + CODE, 12345]
)
def test_an_odd_shape_is_a_warning_and_never_a_refusal(pasted):
    assert clean_code(pasted).odd


@pytest.mark.parametrize(
    "pasted", ["", "  \u200b", '""', "' '", "-", "—", "n/a", "N/A", "TBD", "#REF!", "#N/A", "..."]
)
def test_nothing_left_is_no_code(pasted):
    with pytest.raises(NoCode):
        clean_code(pasted)


@pytest.mark.parametrize(
    "text",
    ["…k2Y=", "...k2Y=", "***k2Y=", "*****k2Y=", "••••k2Y=", "code ending k2Y=", "Code ending in …k2Y=", "#iWm…k2Y=",
     "'…k2Y='", "spark code ending with k2Y=", "xxxxxxk2Y=", "#****k2Y="],
)  # fmt: skip
def test_a_masked_code_is_recognised_with_its_ending(text):
    assert masked_ending(text) == "k2Y="
    with pytest.raises(MaskedCode) as refused:
        clean_code(text)
    assert refused.value.ending == "k2Y="


def test_a_mask_that_shows_nothing_has_an_empty_ending():
    assert masked_ending("********") == ""


@pytest.mark.parametrize("text", [CODE, "", "abc", "code", CODE[:20], "a.b", "a*b"])
def test_a_real_code_is_not_taken_for_masked(text):
    assert masked_ending(text) is None


@given(CODES)
def test_no_code_of_the_official_shape_is_ever_taken_for_masked(code):
    assert masked_ending(code) is None


@given(CODES)
def test_what_mask_hides_masked_ending_reads_back(code):
    assert masked_ending(mask(code)) == ending(code) == code[-4:]
    assert code[:-4] not in mask(code)


@pytest.mark.parametrize(
    ("code", "shown"), [("abcdefgh", "efgh"), ("abcdef", "def"), ("ab", "b"), ("a", ""), ("", "")]
)
def test_a_very_short_code_shows_at_most_half_of_itself(code, shown):
    assert ending(code) == shown


def test_neither_repr_nor_refusal_holds_a_code():
    assert CODE not in repr(clean_code(CODE))
    with pytest.raises(MaskedCode) as refused:
        clean_code("#iWmEHEDisRupORI2T…NV0=")
    assert "iWm" not in str(refused.value)


@given(st.text())
def test_cleaning_twice_changes_nothing(text):
    with suppress(Refusal):
        once = clean_code(text).value
        assert once
        with suppress(MaskedCode):
            assert clean_code(once).value == once


def test_a_code_is_found_where_it_stands_in_the_message():
    code = f"#{'Ab+d' * 15}abc="
    escaped = code.replace("#", "%23").replace("+", "%2b").replace("=", "%3D")
    quoted = f"> so:\r\n> {code[:20]} \r\n> {code[20:]}\r\n"
    for text, stretches in (
        (f"take {code}!", [code]),
        (f"\u200btake \u201c{escaped}\u201d", [escaped]),
        (f"{code[:9]}\u200b {code[9:]}", [f"{code[:9]}\u200b {code[9:]}"]),
        (quoted, [code[:20], code[20:]]),
        (f"take {code[:-1]}", []),
    ):
        (found,) = stretches_of(text, [code])
        assert [text[start:end] for start, end in found] == stretches
        assert not found or clean_code("".join(stretches)).value == code
