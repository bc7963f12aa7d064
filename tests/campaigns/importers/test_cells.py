"""A code may stand anywhere in a sheet; a link may be long without being one."""

import pytest

from campaigns.importers.cells import clean_text

BODY = "bm8gc2hlZXQgbWF5IHJlcGVhdCBhIGNvZGUgdGhhdCB3YXMgcGFzdGVkIGEhxyz="
CODE = f"#{BODY}"


@pytest.mark.parametrize(
    "text",
    [
        CODE,
        BODY,
        f"use {CODE} please",
        f"Spark code:{CODE}",
        f"Spark code:{BODY}",
        f"code={CODE}",
        f"spark-{CODE}",
        f"_{CODE}_",
        f"code{CODE}",
        f"code:%23{BODY}",
        f"https://drive.example.com/x/{CODE}",
    ],
)
def test_a_code_is_masked_whatever_it_is_glued_to(text):
    cleaned = clean_text(text)
    assert BODY[:20] not in cleaned
    assert BODY[-20:] not in cleaned
    assert "…xyz=" in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "https://docs.example.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgVE2upms/edit#gid=0",
        "http://localhost/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "see: //share/campaigns/2026/autumn/skincare/creators/tracker",
        "#tiktokmademebuyit #skincareroutine2026 #ad",
    ],
)
def test_links_and_hashtags_stay(text):
    assert clean_text(text) == text
