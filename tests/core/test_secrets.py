"""Secrets at rest: opened only by their key and for their row, and said by no message."""

import os

import pytest

from sparktrack.core.secrets import KeyRing, Sealed, UndecryptableError, fingerprint

KEY, OTHER = os.urandom(32), os.urandom(32)
TEXT = "#4wZqT7canary+/k2Y="


def test_a_text_comes_back_from_its_ciphertext():
    ring = KeyRing({"1": KEY})
    for text in ("", TEXT, "ünï" * 100):
        assert ring.open(ring.seal(text, context=b"row"), context=b"row") == text


def test_the_same_text_never_has_the_same_ciphertext():
    ring = KeyRing({"1": KEY})
    assert len({ring.seal(TEXT, context=b"row").ciphertext for _ in range(200)}) == 200


def test_the_ciphertext_holds_nothing_of_the_text():
    sealed = KeyRing({"1": KEY}).seal(TEXT, context=b"row")
    assert TEXT.encode() not in sealed.ciphertext
    assert b"canary" not in sealed.ciphertext


def test_new_texts_are_sealed_with_the_last_key_and_old_ones_stay_readable():
    old = KeyRing({"1": KEY}).seal(TEXT, context=b"row")
    ring = KeyRing({"1": KEY, "2": OTHER})
    assert (ring.current_id, ring.seal(TEXT, context=b"row").key_id) == ("2", "2")
    assert ring.open(old, context=b"row") == TEXT


@pytest.mark.parametrize(
    ("ring", "context"),
    [
        (KeyRing({"1": OTHER}), b"row"),  # wrong key
        (KeyRing({"2": KEY}), b"row"),  # key not in the ring
        (KeyRing({"1": KEY}), b"another row"),
        (KeyRing({"1": KEY}), b""),
    ],
    ids=["wrong key", "missing key", "other row", "no row"],
)
def test_another_key_or_row_opens_nothing_and_the_message_tells_nothing(ring, context):
    sealed = KeyRing({"1": KEY}).seal(TEXT, context=b"row")
    with pytest.raises(UndecryptableError) as refused:
        ring.open(sealed, context=context)
    assert TEXT not in repr(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("position", [0, 5, 12, 20, -1])
def test_one_changed_bit_is_noticed(position):
    ring = KeyRing({"1": KEY})
    body = bytearray(ring.seal(TEXT, context=b"row").ciphertext)
    body[position] ^= 1
    with pytest.raises(UndecryptableError):
        ring.open(Sealed("1", bytes(body)), context=b"row")


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_a_ciphertext_that_was_cut_short_is_refused_in_the_same_words(length):
    ring = KeyRing({"1": KEY})
    sealed = ring.seal(TEXT, context=b"row")
    with pytest.raises(UndecryptableError):
        ring.open(Sealed("1", sealed.ciphertext[:length]), context=b"row")


@pytest.mark.parametrize("keys", [{}, {"1": b"short"}, {"1": KEY, "2": KEY + b"x"}])
def test_a_ring_needs_keys_of_32_bytes(keys):
    with pytest.raises(ValueError):
        KeyRing(keys)


def test_a_ring_shows_no_key():
    ring = KeyRing({"1": KEY})
    assert KEY.hex() not in repr(ring)
    assert repr(KEY) not in repr(ring)


def test_equal_texts_and_only_they_share_a_fingerprint():
    assert fingerprint(TEXT, key=KEY) == fingerprint(TEXT, key=KEY)
    others = {
        fingerprint(TEXT, key=OTHER),
        fingerprint(TEXT.lower(), key=KEY),
        fingerprint(TEXT + " ", key=KEY),
    }
    assert len(others | {fingerprint(TEXT, key=KEY)}) == 4
    assert len(fingerprint(TEXT, key=KEY)) == 64
