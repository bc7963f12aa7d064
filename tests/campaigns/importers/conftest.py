"""What the tests of the importer share."""

import pytest

from tests.campaigns.importers.sheets import Desk, Office


@pytest.fixture
def desk(db, tmp_path):
    """A brand in New York and a folder for sheets."""
    return Desk(tmp_path, time_zone="America/New_York")


@pytest.fixture
def office(db, tmp_path):
    """A brand in New York, a manager and a folder for sheets: imports as the pages do them."""
    return Office(tmp_path, time_zone="America/New_York")
