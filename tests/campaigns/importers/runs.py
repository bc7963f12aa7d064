"""A row that can be imported."""

from tests.campaigns.importers.sheets import post_url, row
from tests.world import spark_code

GOOD = {
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


def good(**cells):
    """A row that makes one of every kind."""
    return row(**{**GOOD, "post_link": post_url(), "spark_code": spark_code(), **cells})
