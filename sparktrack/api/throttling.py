"""So many requests a minute for each token or person; every answer says how many are left."""

from math import ceil
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from sparktrack.core.clock import utc_now

_SECONDS = 60


class MinuteThrottle(BaseThrottle):
    """Counts in the cache, by the minute of the clock; while that cannot count, nobody is kept out."""

    name: ClassVar[str] = "requests"

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether this caller has one left; ``request.quota``: the limit, what is left, seconds to the next minute."""
        caller = getattr(request.user, "pk", None)
        if caller is None:
            return True
        limit = settings.API_REQUESTS_A_MINUTE
        now = utc_now().timestamp()
        key = f"api-{self.name}-{caller}-{int(now // _SECONDS)}"
        self._wait = ceil(_SECONDS - now % _SECONDS)
        try:
            cache.add(key, 0, timeout=2 * _SECONDS)
            used = cache.incr(key)
        except Exception:  # noqa: BLE001 - whatever cache it is
            return True
        left = max(limit - used, 0)
        request.quota = (limit, left, self._wait)  # type: ignore[attr-defined]
        return used <= limit

    def wait(self) -> float:
        """Seconds until the next minute."""
        return self._wait


def say_quota(request: Request, response: Response) -> None:
    """The headers ``RateLimit-Policy`` and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers-10)."""
    quota: tuple[int, int, int] | None = getattr(request, "quota", None)
    if quota is not None:
        limit, left, wait = quota
        response["RateLimit-Policy"] = f'"requests";q={limit};w={_SECONDS}'
        response["RateLimit"] = f'"requests";r={left};t={wait}'
