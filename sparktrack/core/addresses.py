"""Where a request comes from. Forwarded addresses count only as far as we trust the proxies in between."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_IPV6_SITE = 64  # bits: whoever has one IPv6 address usually has all that share these


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip()
    if text.count(":") == 1 or text.startswith("["):
        text = text.rsplit(":", 1)[0] if not text.endswith("]") else text  # some proxies append the port
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def client_ip(request: HttpRequest) -> str:
    """The address of the client, empty if unknown.

    With ``TRUSTED_PROXIES`` = n it is the n-th entry of X-Forwarded-For from the right: the one that our outermost
    proxy saw. Entries further left were sent by the client and are worth nothing; with 0 the header is ignored.
    """
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    hops = settings.TRUSTED_PROXIES
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if hops and len(forwarded) >= hops:
        address = _parsed(forwarded[-hops]) or address
    return str(address or "")


def limit_address(request: HttpRequest) -> str | None:
    """What limits count by: the address, for IPv6 its whole site; None if unknown."""
    ip = client_ip(request)
    if ":" in ip:
        return str(ipaddress.ip_network((ip, _IPV6_SITE), strict=False).network_address)
    return ip or None
