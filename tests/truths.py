"""What is true of a row of each model, and a brand with one row of everything that others hang on."""

import itertools
from datetime import date
from typing import Any

from django.db import models

from alerts.models import (
    Alert,
    AlertFlight,
    AlertWish,
    Attempt,
    CalendarEvent,
    CalendarFeed,
    Channel,
    Delivery,
    Heartbeat,
    MorningHour,
    Notice,
)
from authorizations.models import AccountLink, AuthorizationCode, CodeRequest, CodeUse, PostGap, UsageRight
from brands.models import (
    AdAccount,
    ApiToken,
    Attachment,
    AuditEntry,
    Brand,
    Invitation,
    Membership,
    User,
)
from campaigns.models import (
    Campaign,
    ColumnMeaning,
    Flight,
    ImportedRow,
    ImportPiece,
    ImportRow,
    ImportRun,
    OwnerName,
)
from creators.models import Creator
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from tests.world import DAY, NOW
from workplace.models import ListChoice, Preference, SavedPeak, SavedView

_numbers = itertools.count(1)
TODAY = date(2026, 11, 21)
LATER = {"starts_at": NOW, "ends_at": NOW + DAY}

# What is true of a row of each model; "@creator", "@post" … stand for rows of the test's brand.
TRUE: dict[type[models.Model], dict[str, Any]] = {
    User: {"email": "a@example.com", "created_at": NOW},
    Brand: {"name": "A", "slug": "a", "created_at": NOW},
    Membership: {"user": "@user", "role": "buyer", "created_at": NOW},
    Invitation: {
        "email": "a@example.com",
        "role": "buyer",
        "token_hash": "t",
        "created_at": NOW,
        "expires_at": NOW + DAY,
    },
    ApiToken: {
        "name": "Nightly",
        "public": "abc",
        "secret_hash": "0" * 64,
        "pepper_id": "1",
        "scope": "read",
        "created_at": NOW,
    },
    AdAccount: {"name": "US", "advertiser_id": "7001", "created_at": NOW},
    AuditEntry: {"at": NOW, "actor_kind": "user", "action": "x", "object_kind": "y"},
    Attachment: {
        "subject_kind": "post",
        "subject_id": "@subject",
        "link": "https://x.example",
        "added_at": NOW,
    },
    Creator: {"handle": "maya", "created_at": NOW},
    Brief: {"title": "Glow", "created_at": NOW},
    Post: {
        "creator": "@creator",
        "url": "https://vm.tiktok.com/Z/",
        "tiktok_post_id": "7690248111420345644",
        "created_at": NOW,
    },
    StageEvent: {"post": "@post", "stage": "posted", "at": NOW},
    MetricsSnapshot: {"post": "@post", "at": NOW, "source": "sheet"},
    AuthorizationCode: {
        "post": "@post",
        "ciphertext": b"x",
        "key_id": "1",
        "fingerprint": "f",
        "ending": "k2Y=",
        "starts_at": NOW,
        "expires_at": NOW + DAY,
        "window_days": 1,
        "end_source": "computed",
        "created_at": NOW,
    },
    CodeUse: {"code": "@code", "ad_account": "@account", "at": NOW},
    CodeRequest: {"post": "@post", "window_days": 30, "asked_at": NOW},
    AccountLink: {"creator": "@creator", "ad_account": "@account", "starts_at": NOW, "created_at": NOW},
    UsageRight: {"post": "@post", "starts_on": TODAY, "starts_at": NOW, "created_at": NOW},
    PostGap: {"post": "@bare_post", **LATER, "reasons": "no_code", "stops_itself": True},
    Campaign: {"name": "BFCM", "created_at": NOW},
    Flight: {"post": "@post", "campaign": "@campaign", "created_at": NOW},
    ImportRun: {"file_name": "x.csv", "sha256": "0", "state": "applied", "created_at": NOW},
    ImportPiece: {"run": "@run", "number": 0, "key_id": "1", "ciphertext": b"x", "created_at": NOW},
    ImportRow: {"run": "@run", "number": 2, "outcome": "create"},
    ImportedRow: {"run": "@run", "kind": "post", "object_id": "@subject", "label": "x"},
    ColumnMeaning: {"header": "agency", "field": ""},
    OwnerName: {"name": "kim", "user": "@user"},
    Alert: {
        "kind": "code",
        "subject_id": "@subject",
        "lapses_at": NOW,
        "step": 3,
        "run": "@subject",
        "raised_at": NOW,
    },
    AlertFlight: {"alert": "@alert", "flight": "@flight"},
    Notice: {"alert": "@alert", "user": "@user", "form": "digest", "repeat_on": TODAY, "created_at": NOW},
    Channel: {
        "kind": "slack",
        "name": "Ads",
        "address": b"x",
        "host": "hooks.slack.com",
        "key_id": "1",
        "created_at": NOW,
    },
    Delivery: {
        "kind": "morning",
        "key": "morning:2026-11-21",
        "user": "@user",
        "message_id": "@message_id",
        "dated_at": NOW,
        "due_at": NOW,
        "send_before": NOW + DAY,
    },
    Attempt: {"delivery": "@delivery", "number": 1, "started_at": NOW},
    Heartbeat: {"name": "raise", "at": NOW},
    AlertWish: {"user": "@user", "kind": "code", "wish": "digest"},
    MorningHour: {"user": "@user", "hour": 7},
    CalendarFeed: {"user": "@user", "token_hash": "t", "created_at": NOW},
    CalendarEvent: {
        "kind": "lapse",
        "subject_id": "@subject",
        "at": NOW,
        "digest": "0",
        "changed_at": NOW,
    },
    SavedPeak: {"name": "BFCM", "first_on": NOW.date(), "last_on": NOW.date(), "created_at": NOW},
    SavedView: {"place": "posts", "name": "Mine", "owner": "@user", "created_at": NOW},
    ListChoice: {"place": "posts", "user": "@user"},
    Preference: {"user": "@user"},
}


class Cast:
    """A brand with one row of everything that others hang on."""

    def __init__(self) -> None:
        name = f"brand-{next(_numbers)}"
        self.brand = Brand.objects.create(name=name, slug=name, created_at=NOW)
        self.user = User.objects.create(email=f"someone@{name}.example", created_at=NOW)
        self.creator = self._create(Creator, handle="somebody")
        self.brief = self._create(Brief, title="Shine")
        self.post = self._create(Post, creator=self.creator)
        self.bare_post = self._create(Post, creator=self.creator)
        self.subject = self.post.pk
        self.code = self._create(
            AuthorizationCode, **{**TRUE[AuthorizationCode], "post": self.post, "fingerprint": "other"}
        )
        self.account = self._create(AdAccount, name="EU")
        self.campaign = self._create(Campaign, name="Q4")
        self.run = self._create(ImportRun, **TRUE[ImportRun])
        self.invitation = self._create(Invitation, **{**TRUE[Invitation], "token_hash": name})
        self.flight = self._create(Flight, post=self.post, campaign=self.campaign)
        self.alert = Alert.objects.create(
            brand=self.brand,
            **{**TRUE[Alert], "subject_id": self.post.pk, "run": self.post.pk, "kind": "post"},
        )
        self.channel = self._create(Channel, **{**TRUE[Channel], "name": "Everything"})
        self.delivery = Delivery.objects.create(
            **{**TRUE[Delivery], "user": self.user, "key": "other", "message_id": f"<other@{name}>"}
        )

    @property
    def message_id(self) -> str:
        """Another one each time."""
        return f"<{next(_numbers)}@sparktrack.example>"

    def _create(self, model, **values):
        return model.objects.create(**{"brand": self.brand, "created_at": NOW, **values})

    def row(self, model, **other):
        """An unsaved row of ``model`` that is true, but for ``other``."""
        values = {**TRUE[model], **other}
        if any(field.name == "brand" for field in model._meta.fields):
            values = {"brand": self.brand, **values}
        for name, value in values.items():
            if isinstance(value, str) and value.startswith("@"):
                values[name] = getattr(self, value[1:], value)
        return model(**values)
