"""Names of time zones, as people may type them."""

import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """All IANA zones this system knows, A to Z; without names that mean something else on every machine."""
    return tuple(sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}))


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA zone, in exactly this spelling."""
    return name in zone_names()
