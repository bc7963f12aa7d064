"""Seals what is secret with the newest key, so that older keys can be thrown away."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from alerts.operations.channel_keys import channels_under_old_keys, rotate_channel_keys
from authorizations.operations.keys import codes_under_old_keys, rotate_code_keys
from authorizations.secrets import current_key_id
from brands.operations.factors import factors_under_old_keys, rotate_factor_keys
from campaigns.operations.keys import rotate_sheet_keys, sheets_under_old_keys
from sparktrack.core.secrets import UndecryptableError
from sparktrack.environment import add_code_key

# What is sealed with the keys of codes: how many are not under the newest one, and how they get there.
_SEALED = {
    "codes": (codes_under_old_keys, rotate_code_keys),
    "second factors": (factors_under_old_keys, rotate_factor_keys),
    "parts of kept sheets": (sheets_under_old_keys, rotate_sheet_keys),
    "channels": (channels_under_old_keys, rotate_channel_keys),
}


class Command(BaseCommand):
    """Codes, second factors, kept sheets and channels of all brands."""

    help = (
        "Seal all codes, the second factors of people, the sheets kept for imports and the addresses and secrets of "
        "channels again with the newest key. Everything stays readable throughout; stopped at any moment, it goes on "
        "where it was when it is called again. "
        "In three steps: (1) add a key. In production put it behind the others in CODE_KEYS "
        "(1:<old>,2:<new>; 32 random bytes in base64: openssl rand -base64 32); otherwise --new-key writes it to "
        "var/secrets.json. (2) Restart sparktrack everywhere, so that all processes know the key. (3) Run this "
        "command; when it is done, keys before the newest can be taken away. FINGERPRINT_KEY never changes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to add a key."""
        parser.add_argument(
            "--new-key", action="store_true", help="add a key to var/secrets.json, and do nothing else"
        )

    def handle(self, *_args: Any, new_key: bool, **_options: Any) -> None:
        """Raises CommandError if a key is missing or wrong, or if one is to be added in production."""
        if new_key:
            self._add_key()
            return
        found = {name: under_old_keys() for name, (under_old_keys, _) in _SEALED.items()}
        try:
            with tqdm(total=sum(found.values()), unit=" secrets", disable=None) as progress:
                for _, rotate in _SEALED.values():
                    for done in rotate():
                        progress.update(done)
        except UndecryptableError as error:
            raise CommandError(
                f"{error} What comes after it was left as it is; nothing is lost. Put the missing key back and run "
                "this again."
            ) from error
        if left := sum(under_old_keys() for under_old_keys, _ in _SEALED.values()):
            raise CommandError(
                f"{left:,} secrets were sealed with an older key meanwhile: a process still knows no newer one. "
                "Restart sparktrack everywhere and run this again."
            )
        counts = ", ".join(f"{name}: {count:,}" for name, count in found.items())
        self.stdout.write(f"sealed again: {counts}; all are under key {current_key_id()}")

    def _add_key(self) -> None:
        if settings.PRODUCTION:
            raise CommandError("In production keys come from the environment: add one to CODE_KEYS.")
        key_id = add_code_key(settings.VAR_DIR / "secrets.json")
        self.stdout.write(
            f"Key {key_id} is in var/secrets.json. Restart sparktrack, then run: manage.py rotate_code_keys"
        )
