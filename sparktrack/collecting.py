"""Reading a whole file of settings: what is wrong is collected, and told all at once.

Whoever sets up a system would otherwise start it as often as there are mistakes.
"""

import base64
import os
from collections.abc import Callable, Collection
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

from sparktrack import environment
from sparktrack.environment import Keys

T = TypeVar("T")

_DIFFERENT_BYTES = 8  # 32 random bytes have about 30 different ones


class Collector:
    """The readers of ``environment.py``. A value that is wrong is replaced by its default until ``refuse()``.

    ``required``: there must be a value; the default only lets the rest of the file be read.
    """

    def __init__(self) -> None:
        self._problems: list[str] = []

    def text(self, name: str, default: str, *, required: bool = False) -> str:
        """See ``environment.text``."""
        return self.read(lambda: environment.text(name, None if required else default), default)

    def url(self, name: str, schemes: Collection[str], default: str, *, required: bool = False) -> str:
        """See ``environment.url``."""
        return self.read(lambda: environment.url(name, schemes, None if required else default), default)

    def one_of(self, name: str, allowed: Collection[str], default: str) -> str:
        """See ``environment.one_of``."""
        return self.read(lambda: environment.one_of(name, allowed, default), default)

    def flag(self, name: str, *, default: bool) -> bool:
        """See ``environment.flag``."""
        return self.read(lambda: environment.flag(name, default=default), default)

    def number(self, name: str, default: int) -> int:
        """See ``environment.number``."""
        return self.read(lambda: environment.number(name, default), default)

    def words(self, name: str, default: str = "") -> list[str]:
        """See ``environment.words``."""
        return self.read(lambda: environment.words(name, default), environment.split(default))

    def production_keys(self) -> Keys:
        """The keys from the environment; each that is missing, malformed or not random is a problem of its own."""
        keys = Keys(
            secret_key=self.read(environment.secret_key, "-"),
            code_keys=self.read(environment.code_keys, {"1": os.urandom(32)}),
            fingerprint_key=self.read(environment.fingerprint_key, os.urandom(32)),
            token_peppers=self.read(environment.token_peppers, {"1": os.urandom(32)}),
        )
        for name, key in [
            *(("CODE_KEYS", key) for key in keys.code_keys.values()),
            ("FINGERPRINT_KEY", keys.fingerprint_key),
            *(("TOKEN_PEPPERS", key) for key in keys.token_peppers.values()),
        ]:
            self.must(
                len(set(key)) >= _DIFFERENT_BYTES,
                f"{name} must be random: openssl rand -base64 32 makes one.",
            )
        self.must(
            keys.fingerprint_key not in keys.code_keys.values(),
            "FINGERPRINT_KEY must be another key than those in CODE_KEYS.",
        )
        sealing = {*keys.code_keys.values(), keys.fingerprint_key}
        self.must(
            sealing.isdisjoint(keys.token_peppers.values()),
            "TOKEN_PEPPERS must be other keys than FINGERPRINT_KEY and those in CODE_KEYS.",
        )
        for name, ring in (("CODE_KEYS", keys.code_keys), ("TOKEN_PEPPERS", keys.token_peppers)):
            self.must(
                keys.secret_key not in {base64.b64encode(key).decode() for key in ring.values()},
                f"SECRET_KEY must be another key than those in {name}.",
            )
        return keys

    def must(self, holds: bool, problem: str) -> None:
        """Notes ``problem``, which begins with the name of a variable, unless it ``holds`` or is noted already."""
        if not holds and problem not in self._problems:
            self._problems.append(problem)

    def refuse(self) -> None:
        """Raises ImproperlyConfigured with every problem, one a line; returns if there is none."""
        if len(self._problems) == 1:
            raise ImproperlyConfigured(self._problems[0])
        if self._problems:
            listed = "\n".join(f"- {problem}" for problem in self._problems)
            raise ImproperlyConfigured(f"{len(self._problems)} settings are missing or unsafe.\n{listed}")

    def read(self, reader: Callable[[], T], stand_in: T) -> T:
        try:
            return reader()
        except ImproperlyConfigured as error:
            self.must(holds=False, problem=str(error))
            return stand_in
