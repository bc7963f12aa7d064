"""A brand with a row of every model and one word in every text that a person can write."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.db.models import CharField, Field, JSONField, Model, TextField, URLField

from authorizations.enums import RightTrigger
from authorizations.operations.codes import Use, mark_applied, reject_codes, revoke_codes
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import attach_brief, change_method
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import AttachmentSubject, Role, TokenScope
from brands.models import ApiToken, Brand, BrandOwned, Membership, User
from brands.operations.attachments import Link, Subject, attach_files, attach_links
from brands.operations.invitations import Invite, invite_people
from brands.operations.people import Deputy, set_deputies
from brands.operations.tokens import TokenDraft, issue_token
from campaigns.enums import ImportState, RowOutcome
from campaigns.models import ColumnMeaning, ImportedRow, ImportPiece, ImportRow, ImportRun, OwnerName
from campaigns.operations.flights import run_flights_anyway
from campaigns.secrets import seal_sheet
from campaigns.wishes import Wishes
from posts.enums import Lane, Method, MetricsSource, Stage
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.actors import Actor, ActorKind
from tests.alerts.scenes import add_alerts
from tests.campaigns.scenes import SCENES, ready_post
from tests.world import World, spark_code
from workplace.enums import Place
from workplace.models import ListChoice, SavedPeak, SavedView

APPS = ("brands", "creators", "posts", "authorizations", "campaigns", "alerts", "workplace")

# Texts in which the database or the code allows only certain words: nobody can write anything there.
CLOSED = {
    "brand.slug",
    "brand.currency",
    "brand.warning_steps",
    "apitoken.allowed_addresses",
    "apitoken.pepper_id",
    "apitoken.public",
    "apitoken.secret_hash",
    "adaccount.currency",
    "adaccount.advertiser_id",
    "attachment.sha256",
    "attachment.file",
    "auditentry.ip",
    "auditentry.object_kind",
    "authorizationcode.ending",
    "authorizationcode.fingerprint",
    "authorizationcode.key_id",
    "authorizationcode.source_post_key_id",
    "calendarevent.digest",
    "channel.host",
    "channel.key_id",
    "creator.country",
    "creator.handle",
    "flight.checklist",
    "importpiece.key_id",
    "importrow.conflicts",
    "importrun.plan_digest",
    "importrun.sha256",
    "importrun.actor",
    "importrun.wishes",
    "importrun.zones",
    "importedrow.kind",
    "columnmeaning.field",
    "invitation.token_hash",
    "post.tiktok_post_id",
    "postgap.reasons",
    "user.password",
}

# Texts that may stand only beside another value.
NEEDS = {
    "alert.snooze_reason": "snoozed_until",
    "attachment.link": "link",
    "authorizationcode.rejected_error": "rejected_at",
    "flight.run_anyway_reason": "run_anyway_at",
}


# Keys of JSON values that hold words of the product, and instants.
OURS = {"kind", "effect", "code", "field", "source", "at", "checked_at", "dmy", "mdy"}
COUNTS = {"creators": 1, "posts": 1, "codes": 1, "rights": 0, "campaigns": 0, "flights": 0, "code_uses": 0}
REPORT = {
    "file": "t.csv",
    "sheet": "Tracker",
    "header_row": 1,
    "header": ["Creator handle", "Post link", "Spark code"],
    "date_order": None,
    "rows": 1,
    "created": COUNTS,
    "updated": COUNTS,
    "unchanged": COUNTS,
    "errors": [{"row": 2, "column": "Expires", "code": "conflict", "message": "It would be shorter."}],
    "skipped": [],
    "warnings": [],
    "columns": {"Creator handle": "handle", "Post link": "post_url", "Spark code": "code"},
    "unmapped": ["Agency"],
    "notes": ["Columns that have no place here go to the notes of the posts."],
    "unknown_owners": {"Kim": 1},
    "date_question": None,
    "applied": False,
}
LOOK = {
    "sheets": ["Tracker", "Notes"],
    "sheet": "Tracker",
    "header_row": 1,
    "columns": [
        {"header": "Creator handle", "field": "handle", "remembered": False, "samples": ["maya"]},
        {"header": "Agency", "field": "", "remembered": True, "samples": ["Blue"]},
    ],
    "date_order": None,
    "date_question": {
        "row": 2,
        "column": "Expires",
        "text": "03/04/2026",
        "readings": {"dmy": "2026-04-03", "mdy": "2026-03-04"},
    },
}


class Everything(World):
    """A brand with at least one row of every model; ``post`` has a line in every part of the post page."""

    def __init__(self, *, handle: str = "somebody", code: str = "", **brand: Any) -> None:
        """``handle`` of the creator of ``post``; ``code``: of its code."""
        super().__init__(**brand)
        self.people: dict[Role, User] = {role: self.member(role) for role in Role}
        buyer = self.people[Role.BUYER]
        account = self.account()
        for scene in SCENES.values():
            scene(self, buyer=buyer, ad_account=account)
        self.inventory: Post = ready_post(self, title="Idle")
        self.maker = self.creator(handle, details={"manager": self.people[Role.MANAGER]})
        (brief,) = add_briefs(drafts=[{"title": "Gifts"}], **self.by)
        self.full: Post = self.post(
            self.maker,
            brief=brief,
            title="Full",
            url=f"https://www.tiktok.com/@{handle}/video/7301184422019655681",
            tiktok_post_id="7301184422019655681",
            details={"lane": Lane.READY_FOR_SPARK},
        )
        attach_brief(posts=[self.full], brief=brief, **self.by)
        first = self.code(self.full, self.now, code=code or spark_code(), source_post_code=spark_code())
        revoked = self.code(self.full, self.now, supersedes=first)
        revoke_codes(codes=[revoked], at=self.now, **self.by)
        reject_codes(codes=[self.code(self.full, self.now)], error="Error 1", **self.by)
        mark_applied(uses=[Use(first, account), Use(first)], **self.by)
        request_codes(drafts=[RequestDraft(self.full, 60, first)], **self.by)
        held = self.right(self.day(-9), post=self.full)
        self.right(self.day(-9), brief=brief, paid_amplification=False)
        self.right(None, creator=self.maker, trigger=RightTrigger.POSTING)
        flight = self.flight(self.full, self.day(-1), self.day(60), buyer=buyer, ad_account=account)
        approver = self.people[Role.ADMIN]
        run_flights_anyway(flights=[flight], reason="Agreed by mail", approver=approver, **self.by)
        # What an address may name, by the name of its parameter.
        self.ids: dict[str, Any] = {"pk": self.full.pk, "code": first.pk, "flight": flight.pk}
        self.ids |= {"campaign": flight.campaign_id, "creator": self.maker.pk, "brief": brief.pk}
        record_stages(stages=[StageReached(self.full, Stage.POSTED, self.now)], **self.by)
        numbers = {"views": 184_200, "likes": 15_300}
        record_metrics(metrics=[Metrics(self.full, self.now, MetricsSource.PERSON, numbers)], **self.by)
        self.linked: Post = self.post(self.maker, title="Linked")
        change_method(posts=[self.linked], method=Method.LINKED_ACCOUNT, **self.by)
        open_links(drafts=[LinkDraft(self.maker, account, self.now)], **self.by)
        subject = Subject(AttachmentSubject.POST, self.full.pk)
        files = attach_files(subject=subject, files=[ContentFile(b"yes", name="chat.txt")], **self.by)
        attach_links(subject=subject, links=[Link("https://docs.example/1", "Contract")], **self.by)
        proof = Subject(AttachmentSubject.RIGHT, held.pk)
        attach_links(subject=proof, links=[Link("https://docs.example/2", "Signed")], **self.by)
        self.ids |= {"right": held.pk, "attachment": files[0].pk}
        (issued,) = invite_people(invites=[Invite("invited@example.com", Role.BUYER)], **self.by)
        buyers = Membership.objects.get(brand=self.brand, user=buyer)
        away = Membership.objects.get(brand=self.brand, user=self.people[Role.VIEWER])
        set_deputies(deputies=[Deputy(away, self.people[Role.MANAGER], self.day(1))], **self.by)
        self.ids["page"] = "creators"
        self.ids |= {"account": account.pk, "invitation": issued.invitation.pk, "member": buyers.pk}
        # What a script of this brand sends.
        self.script: str = add_token(self)
        self.ids["api_token"] = ApiToken.objects.for_brand(self.brand).get().pk
        imported, self.waiting_run = add_runs(self, approver, code or spark_code())
        self.ids["run"] = imported.pk
        alert, channel = add_alerts(self, flight, buyer)
        self.ids |= {"alert": alert.pk, "channel": channel.pk, "kind": channel.kind}
        said = {"query": "q=a", "shared": True, "created_at": self.now}
        view = SavedView.objects.create(brand=self.brand, place=Place.POSTS, name="Ours", owner=buyer, **said)
        ListChoice.objects.create(brand=self.brand, user=buyer, place=Place.POSTS)
        days = {"first_on": self.day(2), "last_on": self.day(9), "created_at": self.now}
        self.ids["peak"] = SavedPeak.objects.create(brand=self.brand, name="Winter sale", **days).pk
        self.ids |= {"view": view.pk, "place": Place.POSTS}

    def write_everywhere(self, word: str) -> None:
        """Puts ``word`` into every text of every row of the brand, past all operations: whatever may be stored.

        Texts that must be unique get a number behind it; addresses are of a host that people would accept.
        """
        numbers = count(1)
        for model in owned_models():
            rows = self.rows(model)
            assert rows, f"Everything has no {model.__name__}"
            fields = list(open_texts(model))
            for field in fields:
                for row in rows:
                    if getattr(row, NEEDS.get(_name(field), "pk")):
                        setattr(
                            row, field.attname, _text(field, getattr(row, field.attname), word, next(numbers))
                        )
            if fields:
                model._default_manager.bulk_update(rows, [field.name for field in fields])
        Brand.objects.filter(pk=self.brand.pk).update(name=word[: Brand._meta.get_field("name").max_length])
        for person in self.people.values():
            person.full_name = word[:120]
            person.save()
        self.brand.refresh_from_db()

    def rows(self, model: type[BrandOwned]) -> list[BrandOwned]:
        """The rows of ``model`` in this brand."""
        return list(model._default_manager.filter(brand=self.brand))


def add_token(world: Everything) -> str:
    """A token that may write, made by the admin; returns its whole text."""
    admin = world.people[Role.ADMIN]
    actor = Actor(kind=ActorKind.USER, id=str(admin.pk), label=admin.email)
    draft = TokenDraft("Nightly", TokenScope.WRITE)
    return issue_token(brand=world.brand, draft=draft, now=world.now, actor=actor).secret


def add_runs(world: Everything, by: User, code: str) -> tuple[ImportRun, ImportRun]:
    """An import that was applied, and one that waits for a person; its kept sheet holds ``code``."""
    common = {"brand": world.brand, "by": by, "file_name": "t.csv", "created_at": world.now}
    applied = ImportRun.objects.create(**common, state=ImportState.APPLIED, report=REPORT)
    row = {"brand": world.brand, "run": applied, "kind": "post", "label": "Full"}
    changed = {"before": {"title": "Fill"}, "after": {"title": "Full"}}
    ImportedRow.objects.create(**row, object_id=world.full.pk, **changed)
    ImportedRow.objects.create(**row, object_id=world.inventory.pk)
    sheet = f"Creator handle,Post link,Spark code\nmaya,,{code}\n".encode()
    waiting = ImportRun.objects.create(
        **common,
        state=ImportState.PREVIEWED,
        kept_bytes=len(sheet),
        sheet="Tracker",
        report=REPORT,
        look=LOOK,
        wishes=Wishes(owners={"Kim": f"user:{by.pk}"}).as_json(),
        actor={"kind": "user", "id": str(by.pk), "label": by.email, "ip": "", "request_id": ""},
        problem="Something changed since you looked: look again.",
        plan_digest="0" * 64,
        zones={"": "UTC"},
    )
    for number, sealed in enumerate(seal_sheet(sheet, brand_id=world.brand.pk, run_id=waiting.pk)):
        ImportPiece.objects.create(
            brand=world.brand,
            run=waiting,
            number=number,
            key_id=sealed.key_id,
            ciphertext=sealed.ciphertext,
            created_at=world.now,
        )
    ImportRow.objects.create(
        brand=world.brand,
        run=waiting,
        number=2,
        outcome=RowOutcome.CONFLICT,
        cells=["maya", "", "…k2Y="],
        effects=[
            {
                "kind": "posts",
                "effect": "updated",
                "label": "Full",
                "changes": [{"field": "title", "before": "Fill", "after": "Full"}],
            }
        ],
        messages=[
            {"column": "Expires", "code": "conflict", "message": "It would be shorter.", "error": True}
        ],
        conflicts=[
            {
                "kind": "end",
                "label": "code ending k2Y=",
                "on_file": {"at": world.now.isoformat(), "source": "tiktok", "checked_at": None},
                "in_sheet": {"at": world.now.isoformat()},
            }
        ],
    )
    ColumnMeaning.objects.create(brand=world.brand, header="agency", field="notes")
    OwnerName.objects.create(brand=world.brand, name="kim", user=by)
    return applied, waiting


def owned_models() -> list[type[BrandOwned]]:
    """Every model whose rows belong to a brand."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return [model for model in models if issubclass(model, BrandOwned) and model is not Membership]


def open_texts(model: type[Model]) -> Iterator[Field]:
    """The fields of ``model`` into which a person can get any text, lists of words among them."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, CharField | TextField | JSONField) and not field.choices
        if is_text and field.name != "time_zone" and _name(field) not in CLOSED:
            yield field


def _name(field: Field) -> str:
    return f"{field.model._meta.model_name}.{field.name}"


def _rewritten(stored: Any, word: str, key: str = "") -> Any:
    """``word`` in place of every text of a JSON value, but for those that are words of the product."""
    if isinstance(stored, dict):
        return {name: _rewritten(value, word, name) for name, value in stored.items()}
    if isinstance(stored, list):
        return [_rewritten(value, word, key) for value in stored]
    return word if isinstance(stored, str) and key not in OURS else stored


def _text(field: Field, stored: Any, word: str, number: int) -> object:
    if isinstance(field, JSONField):
        return _rewritten(stored, word) if stored else [word] if field.default is list else {word: word}
    if field.name.endswith("email"):
        return f"{number}.{''.join(filter(str.isalnum, word))[:20].lower()}@example.com"
    if isinstance(field, URLField):
        return f"https://www.tiktok.com/@somebody/video/{number}?{word}"[: field.max_length]
    return f"{number} {word}"[: field.max_length]
