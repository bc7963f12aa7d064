"""Names of ads: what the template's tokens bring, and what TikTok would not take."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.ad_names import (
    LONGEST,
    TOKENS,
    AdNameParts,
    build_ad_name,
    check_ad_name,
    check_template,
    clean_value,
)

PARTS = AdNameParts(
    starts_on=date(2026, 11, 23),
    sku="CL-20",
    creator="maya.lee",
    angle="the morning rush",
    use_case="problem, solution",
    rights_end=date(2026, 12, 31),
    post_id="7301184422019655681",
)


def test_a_template_is_filled_with_what_is_known():
    template = "{date}_{sku}_{creator}_{angle}_{use_case}_{rights_end}_{post_tail}"
    assert (
        build_ad_name(template, PARTS)
        == "20261123_CL-20_maya.lee_TheMorningRush_Problem,Solution_20261231_655681"
    )
    assert build_ad_name("{rights_end}", AdNameParts(rights_open=True)) == "open"


def test_only_the_separators_of_the_template_are_taken_out_of_words():
    parts = AdNameParts(creator="maya_lee.x", sku="A-1")
    assert build_ad_name("{creator}_{sku}", parts) == "MayaLee.x_A-1"
    assert build_ad_name("{creator}|{sku}", parts) == "maya_lee.x|A-1"
    assert build_ad_name("{creator}-{sku}", parts) == "maya_lee.x-A1"


def test_without_a_template_the_usual_one_is_used():
    assert build_ad_name(" ", PARTS) == "20261123_maya.lee_TheMorningRush_655681"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{date}_{sku}_{creator}", "maya"),
        ("{sku} | {creator} | {angle}", "maya"),
        ("NB-{sku}-{creator}", "NB-maya"),
        ("{creator}__v2", "maya__v2"),
    ],
)
def test_a_token_that_has_nothing_to_say_leaves_no_separator(template, name):
    assert build_ad_name(template, AdNameParts(creator="maya")) == name


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{dat}_{sku}", "There is no token {dat}. Did you mean {date}?"),
        ("{xyzzy}", "There are {date}, {sku},"),
        ("{date}_{sku", "A brace is open"),
        ("Summer", "Every ad would have the same name"),
        ("{date} 🔥", "no emoji"),
    ],
)
def test_what_is_wrong_with_a_template_is_said(template, problem):
    (said,) = check_template(template)
    assert problem in said
    with pytest.raises(ValueError, match=r"\S"):
        build_ad_name(template, PARTS)


def test_every_token_that_is_offered_can_be_used():
    assert check_template(" ".join(f"{{{name}}}" for name in TOKENS)) == []
    assert check_template("") == []


def test_a_long_name_loses_words_but_never_what_identifies_the_ad():
    parts = AdNameParts(
        starts_on=date(2026, 1, 2), creator="c" * 400, angle="a" * 400, post_id="7301184422019655681"
    )
    name = build_ad_name("{date}_{creator}_{angle}_{post_tail}", parts)
    assert len(name) == LONGEST
    assert name.startswith("20260102_ccc")
    assert name.endswith("aaa_655681")


def test_a_typed_name_is_held_against_what_tiktok_takes():
    assert check_ad_name("20261123_Maya") == []
    assert check_ad_name("x" * 513) == ["TikTok takes 512 characters: this name has 513."]
    assert check_ad_name("Hot 🔥\u200b") == [
        "TikTok takes no emoji or control characters in names: 🔥 U+200B"
    ]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from([*TOKENS, "x"]), min_size=1, max_size=9),
    st.sampled_from("_-| "),
    st.builds(
        AdNameParts,
        sku=st.text(max_size=60),
        creator=st.text(max_size=300),
        angle=st.text(max_size=300),
        offer=st.text(max_size=600),
        post_id=st.sampled_from(["", "7301184422019655681"]),
    ),
)
def test_whatever_is_on_file_a_name_can_be_taken_to_tiktok(names, separator, parts):
    template = separator.join("x" if name == "x" else f"{{{name}}}" for name in names)
    if check_template(template):
        return
    name = build_ad_name(template, parts)
    assert check_ad_name(name) == []
    assert separator * 2 not in name
    assert name == name.strip()


@given(st.text())
def test_a_cleaned_text_is_clean(text):
    assert clean_value(clean_value(text)) == clean_value(text)
    assert not set(clean_value(text)) & set(" _-|\t\n{}")
