"""What the tests of the importer share."""

import pytest

from tests.campaigns.importers.sheets import Desk


@pytest.fixture
def desk(db, tmp_path):
    """A brand in New York and a folder for sheets."""
    return Desk(tmp_path, time_zone="America/New_York")
