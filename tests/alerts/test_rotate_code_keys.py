"""Rotation of the keys that codes are sealed with: resumable, readable throughout, closed when a key is wrong."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.core.management import CommandError, call_command
from django.db import connection

from alerts.enums import ChannelKind
from alerts.models import Channel
from alerts.operations.channels import ChannelDraft, add_channel, rotate_secret
from alerts.secrets import ChannelSecrets, open_channel
from authorizations.models import AuthorizationCode
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.secrets import open_code, open_source_post_code
from campaigns.importers.looking import kept_sheet, receive_sheet
from campaigns.models import ImportPiece
from campaigns.operations.imports import SheetGoneError
from sparktrack.core.secrets import UndecryptableError
from sparktrack.environment import add_code_key, keys_from_file
from tests.factories import UserFactory
from tests.world import NOW, World, spark_code

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = os.urandom(32), os.urandom(32)


def rotate(*arguments: str) -> str:
    printed = StringIO()
    call_command("rotate_code_keys", *arguments, stdout=printed)
    return printed.getvalue()


@pytest.fixture
def two_codes(db, settings) -> list[AuthorizationCode]:
    """One code with the code of a source post, one without, sealed with key 1 while it was the only one."""
    settings.CODE_KEYS = {"1": OLD}
    world = World()
    codes = [
        world.code(world.post(), NOW, code=spark_code(1), source_post_code=spark_code(2)),
        world.code(world.post(), NOW, code=spark_code(3)),
    ]
    settings.CODE_KEYS = {"1": OLD, "2": NEW}
    return codes


def test_every_code_is_sealed_with_the_newest_key_and_the_old_one_can_go(two_codes, settings):
    nothing_else = "second factors: 0, parts of kept sheets: 0, channels: 0; all are under key 2\n"
    assert rotate() == f"sealed again: codes: 2, {nothing_else}"
    settings.CODE_KEYS = {"2": NEW}
    first, second = AuthorizationCode.objects.order_by("pk")
    assert (open_code(first), open_source_post_code(first)) == (spark_code(1), spark_code(2))
    assert (open_code(second), open_source_post_code(second)) == (spark_code(3), "")
    assert (first.key_id, first.source_post_key_id, second.source_post_key_id) == ("2", "2", "")
    assert rotate() == f"sealed again: codes: 0, {nothing_else}"


def test_kept_sheets_rotate_too_and_stay_bound_to_their_run(two_codes, settings, monkeypatch):
    monkeypatch.setattr("campaigns.secrets.PIECE", 100)
    settings.CODE_KEYS = {"1": OLD}
    world = World()
    content = b"Creator handle,Post link\n" + b"maya,https://vm.tiktok.com/ZM1/\n" * 20
    runs = [receive_sheet(content, file_name="t.csv", **world.by) for _ in range(2)]
    settings.CODE_KEYS = {"1": OLD, "2": NEW}
    pieces = ImportPiece.objects.count()
    assert f"parts of kept sheets: {pieces}, channels: 0; all are under key 2" in rotate()
    settings.CODE_KEYS = {"2": NEW}
    assert [kept_sheet(run) for run in runs] == [content] * 2
    ImportPiece.objects.filter(run=runs[0], number=0).delete()
    ImportPiece.objects.filter(run=runs[1], number=0).update(run=runs[0])
    with pytest.raises(SheetGoneError):
        kept_sheet(runs[0])


def test_second_factors_of_people_rotate_too(two_codes, settings):
    settings.CODE_KEYS = {"1": OLD}
    factor = Authenticator.objects.create(
        user=UserFactory(), type=Authenticator.Type.TOTP, data={"secret": encrypt("BASE32")}
    )
    settings.CODE_KEYS = {"1": OLD, "2": NEW}
    assert "second factors: 1, parts of kept sheets: 0, channels: 0; all are under key 2" in rotate()
    settings.CODE_KEYS = {"2": NEW}
    factor.refresh_from_db()
    assert decrypt(factor.data["secret"]) == "BASE32"


def test_channels_rotate_too_and_stay_bound_to_their_row(two_codes, settings):
    settings.CODE_KEYS = {"1": OLD}
    world = World()
    address = "https://hooks.slack.com/services/T1/B1/x"
    first = add_channel(draft=ChannelDraft(ChannelKind.WEBHOOK, "CRM", "https://a.example/x"), **world.by)
    second = add_channel(draft=ChannelDraft(ChannelKind.SLACK, "Team", address), **world.by).channel
    newer = rotate_secret(channel=first.channel, **world.by)
    settings.CODE_KEYS = {"1": OLD, "2": NEW}
    assert "channels: 2; all are under key 2" in rotate()
    settings.CODE_KEYS = {"2": NEW}
    webhook, chat = Channel.objects.order_by("created_at", "pk")
    assert open_channel(webhook) == ChannelSecrets("https://a.example/x", newer, first.secret)
    assert open_channel(chat) == ChannelSecrets(address)
    assert webhook.key_id == chat.key_id == "2"
    Channel.objects.filter(pk=second.pk).update(address=webhook.address)
    with pytest.raises(UndecryptableError):
        open_channel(Channel.objects.get(pk=second.pk))
    settings.CODE_KEYS = {"2": NEW, "3": os.urandom(32)}
    with pytest.raises(CommandError, match=f"Channel {second.pk}, sealed with key 2"):
        rotate()


@pytest.mark.parametrize(
    ("ring", "message"),
    [
        ({"2": NEW}, "Key 1 is not in the key ring."),
        ({"1": NEW, "2": OLD}, "The ciphertext does not belong to this row or key."),
    ],
    ids=["missing", "wrong"],
)
def test_a_missing_or_wrong_key_stops_it_and_changes_nothing(two_codes, settings, ring, message):
    before = list(AuthorizationCode.objects.order_by("pk").values())
    settings.CODE_KEYS = ring
    with pytest.raises(CommandError) as refused:
        rotate()
    assert refused.value.returncode == 1
    assert str(refused.value).startswith(f"Code {two_codes[0].pk}, sealed with key 1: {message}")
    assert spark_code(1) not in str(refused.value)
    assert list(AuthorizationCode.objects.order_by("pk").values()) == before


def test_a_wrong_fingerprint_key_stops_it(two_codes, settings):
    settings.FINGERPRINT_KEY = os.urandom(32)
    with pytest.raises(CommandError, match="is FINGERPRINT_KEY the right one"):
        rotate()
    assert set(AuthorizationCode.objects.values_list("key_id", flat=True)) == {"1"}


def test_a_new_key_goes_into_the_file_of_the_embedded_system(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    path = tmp_path / "secrets.json"
    before = keys_from_file(path)
    assert "Key 2 is in var/secrets.json. Restart sparktrack" in rotate("--new-key")
    after = keys_from_file(path)
    assert list(after.code_keys) == ["1", "2"]
    assert after.code_keys["1"] == before.code_keys["1"] != after.code_keys["2"]
    assert (after.secret_key, after.fingerprint_key) == (before.secret_key, before.fingerprint_key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_in_production_no_key_is_written(tmp_path, settings):
    settings.VAR_DIR, settings.PRODUCTION = tmp_path, True
    with pytest.raises(CommandError, match="add one to CODE_KEYS"):
        rotate("--new-key")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_killed_midway_every_code_can_be_read_and_the_next_call_finishes(tmp_path, var_dir, settings):
    world = World()
    post = world.post()
    drafts = [CodeDraft(post, spark_code(number), starts_at=NOW, window_days=30) for number in range(2000)]
    record_codes(drafts=drafts, **world.by)

    shutil.copy(var_dir / "secrets.json", tmp_path)
    add_code_key(tmp_path / "secrets.json")
    settings.CODE_KEYS = keys_from_file(tmp_path / "secrets.json").code_keys
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    environment = {**os.environ, "SPARKTRACK_VAR": str(tmp_path), "DATABASE_URL": url}
    process = subprocess.Popen([sys.executable, "manage.py", "rotate_code_keys"], cwd=ROOT, env=environment)
    rotated = AuthorizationCode.objects.filter(key_id="2")
    while not rotated.exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()

    done = rotated.count()
    assert 0 < done < 2000
    wanted = {spark_code(number) for number in range(2000)}
    assert {open_code(code) for code in AuthorizationCode.objects.all()} == wanted
    assert f"sealed again: codes: {2000 - done:,}," in rotate()
    settings.CODE_KEYS = {"2": settings.CODE_KEYS["2"]}
    assert {open_code(code) for code in AuthorizationCode.objects.all()} == wanted


def test_the_file_of_keys_is_never_seen_half_written(tmp_path):
    path = tmp_path / "secrets.json"
    keys_from_file(path)
    inode = path.stat().st_ino
    add_code_key(path)
    assert path.stat().st_ino != inode  # replaced as a whole
    assert json.loads(path.read_text())["code_keys"].keys() == {"1", "2"}
    assert not list(tmp_path.glob("*.part"))
