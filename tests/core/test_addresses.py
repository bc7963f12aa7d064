import pytest
from django.test import RequestFactory

from sparktrack.core.addresses import client_ip, limit_address


def request(remote="10.0.0.9", forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=remote, **headers)


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "203.0.113.1", "10.0.0.9"),
        (0, None, "10.0.0.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (1, None, "10.0.0.9"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.8", "203.0.113.1"),
        (2, "203.0.113.1", "10.0.0.9"),
        (1, "nonsense", "10.0.0.9"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.1", "203.0.113.1"),
    ],
)
def test_only_what_our_own_proxies_appended_is_believed(settings, hops, forwarded, expected):
    settings.TRUSTED_PROXIES = hops
    assert client_ip(request(forwarded=forwarded)) == expected


def test_an_unknown_address_is_empty():
    assert client_ip(request(remote="")) == ""
    assert limit_address(request(remote="")) is None


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
    ],
)
def test_limits_count_ipv6_by_site(remote, expected):
    assert limit_address(request(remote=remote)) == expected
