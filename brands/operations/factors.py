"""Second factors at rest: they are sealed under the key ring of the codes and rotate with it."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.conf import settings
from django.db import transaction

_SLICE = 500
# Where allauth keeps what it hands to the adapter for sealing: an app's secret, the seed of recovery codes.
_SEALED = ("secret", "seed")


def factors_under_old_keys() -> int:
    """How many second factors are not sealed with the newest key."""
    return len(_old())


def rotate_factor_keys() -> Iterator[int]:
    """Seal every second factor with the newest key, a slice a transaction; yields how many each slice took.

    Stop it at any moment and start it again. Raises UndecryptableError at a factor that no key opens; what was done
    before stays done.
    """
    old = _old()
    for start in range(0, len(old), _SLICE):
        with transaction.atomic():
            rows = list(Authenticator.objects.select_for_update().filter(pk__in=old[start : start + _SLICE]))
            for row in rows:
                row.data.update(
                    {name: encrypt(decrypt(row.data[name])) for name in _SEALED if name in row.data}
                )
            Authenticator.objects.bulk_update(rows, ["data"])
        yield len(rows)


def _old() -> list[int]:
    """People have a factor or two each, so all of them fit into memory."""
    current = f"{next(reversed(settings.CODE_KEYS))}."
    return [
        pk
        for pk, data in Authenticator.objects.order_by("pk").values_list("pk", "data")
        if any(name in data and not str(data[name]).startswith(current) for name in _SEALED)
    ]
