import pytest

from sparktrack.core.zones import is_zone, zone_names


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Argentina/Ushuaia"]
)
def test_iana_names_are_zones(name):
    assert is_zone(name)
    assert name in zone_names()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "berlin",
        "europe/berlin",
        "Europe/Berlin ",
        "localtime",
        "Factory",
        "../passwd",
        "+01:00",
        "posixrules",
    ],
)
def test_anything_else_is_not(name):
    assert not is_zone(name)
