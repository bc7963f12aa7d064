"""Rows of trackers drawn at random out of few creators, posts and codes, so that they meet what is on file."""

from datetime import timedelta

from hypothesis import strategies as st

from tests.campaigns.importers.sheets import post_url, row
from tests.world import NOW, spark_code

DAYS = st.integers(-60, 60).map(lambda days: (NOW.date() + timedelta(days=days)).isoformat())
MAYBE_DAY = st.just("") | DAYS
NUMBERS = st.integers(0, 3)


@st.composite
def rows(draw):
    """One row; what it says may be wrong, or contradict what is on file."""
    number = draw(NUMBERS)
    with_code = draw(st.booleans())
    cells = {
        "creator_handle": f"maker{number % 2}",
        "post_link": post_url(f"maker{number % 2}", number=number) if draw(st.booleans()) else "",
        "title": draw(st.sampled_from(["", f"Post {number}", f"Film {number}"])),
        "paid": draw(st.sampled_from(["", "yes", "no"])),
        "rights_start": draw(MAYBE_DAY),
        "rights_end": draw(MAYBE_DAY),
        "campaign": draw(st.sampled_from(["", "Q4", "Spring"])),
        "flight_start": draw(MAYBE_DAY),
        "flight_end": draw(MAYBE_DAY),
        "daily_budget": draw(st.sampled_from(["", "100", "250"])),
        "notes": draw(st.sampled_from(["", "fine", "ask again"])),
    }
    if with_code:
        cells |= {
            "spark_code": spark_code(number * 10 + draw(st.integers(0, 1))),
            "auth_date": draw(MAYBE_DAY),
            "days": draw(st.sampled_from(["", "7", "30", "60"])),
            "expires": draw(st.just("") | st.just("") | DAYS),
            "status": draw(st.sampled_from(["", "applied", "revoked", "active"])),
        }
    return row(**cells)


SHEETS = st.lists(rows(), min_size=1, max_size=5)
