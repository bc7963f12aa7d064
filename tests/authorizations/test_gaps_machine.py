"""Random histories of all operations: after every step the stored gaps are those that follow from the rows.

The board's SQL is held to the same standard: each flight stands in the section that the plain rules say, and the
sums are those of its lines.
"""

import contextlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from authorizations.enums import RightTrigger
from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from authorizations.operations import codes as code_ops
from authorizations.operations import links as link_ops
from authorizations.operations import posts as post_ops
from authorizations.operations import rights as right_ops
from authorizations.operations.gaps import differences
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.windows import Term
from brands.models import Brand
from brands.operations.edits import Edit
from campaigns.importers import ReadOptions, import_tracker
from campaigns.models import Flight, ImportRun
from campaigns.operations import flights as flight_ops
from campaigns.operations.undo import undo_import
from campaigns.operations.zones import change_account_zone, change_brand_zone
from creators.models import Creator
from posts.enums import Method
from posts.models import Post
from posts.operations.briefs import add_briefs
from sparktrack.core.refusals import RefusedError
from tests.campaigns.importers.drawn import SHEETS
from tests.campaigns.importers.sheets import write_sheet
from tests.campaigns.sections_oracle import assert_sections_agree
from tests.world import DAY, NOW, World, spark_code

OFFSETS = st.integers(-24 * 90, 24 * 90).map(lambda hours: NOW + timedelta(hours=hours))
DAYS = st.integers(-90, 90).map(lambda days: NOW.date() + timedelta(days=days))
LENGTHS = st.sampled_from([1, 7, 30, 60, 365])
ZONES = st.sampled_from(["UTC", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "Europe/Berlin"])
TERMS = st.one_of(
    st.just(Term()),
    st.just(Term(perpetual=True)),
    st.builds(Term, ends_on=DAYS),
    st.builds(Term, days=LENGTHS),
    st.builds(Term, months=st.integers(1, 12)),
)


NUMBERS = st.integers(0, 7)
YES_OR_NO = st.booleans()


class Histories(RuleBasedStateMachine):
    """People at work on one brand that has one of everything; what an operation refuses changes nothing."""

    @initialize(own=YES_OR_NO, tracks=YES_OR_NO)
    def begin(self, *, own: bool, tracks: bool) -> None:
        self.world = world = World(tracks_rights=tracks)
        self.account = world.account(time_zone="Asia/Tokyo", currency="JPY")
        self.brief = add_briefs(drafts=[{"title": "Glow"}], **world.by)[0]
        posts = [
            world.post(world.creator(own_account=own), brief=self.brief),
            world.post(world.creator(), method=Method.LINKED_ACCOUNT),
            world.post(world.creator()),
            world.post(world.creator()),  # without rights
        ]
        today = NOW.date()
        record_codes(
            drafts=[
                CodeDraft(post, spark_code(), starts_on=today - 9 * DAY, window_days=30) for post in posts
            ],
            **world.by,
        )
        world.right(today - 20 * DAY, creator=posts[0].creator)
        world.right(today - 20 * DAY, today + 5 * DAY, creator=posts[1].creator)
        world.right(today - 20 * DAY, today + 50 * DAY, brief=self.brief)
        world.right(today - 20 * DAY, post=posts[2])
        for post in posts:
            world.flight(post, today - 3 * DAY, today + 40 * DAY)

    def attempt(self, operation: Callable[..., Any], **arguments: Any) -> None:
        """Run an operation; it may refuse."""
        with contextlib.suppress(RefusedError):
            operation(**arguments, **self.world.by)

    def one(self, model: type[Any], number: int) -> Any:
        """One of the brand's rows of ``model``."""
        rows = list(model.objects.for_brand(self.world.brand).order_by("pk"))
        return rows[number % len(rows)]

    @rule(creator=NUMBERS, method=st.sampled_from(Method), brief=YES_OR_NO, new=YES_OR_NO)
    def add_post(self, creator: int, method: Method, *, brief: bool, new: bool) -> None:
        owner = self.world.creator() if new else self.one(Creator, creator)
        self.world.post(owner, method=method, brief=self.brief if brief else None)

    @rule(post=NUMBERS, starts_at=OFFSETS, days=LENGTHS)
    def record_code(self, post: int, starts_at: datetime, days: int) -> None:
        self.world.code(self.one(Post, post), starts_at, days)

    @rule(starts_on=DAYS, days=LENGTHS, old=NUMBERS)
    def replace_code(self, starts_on: date, days: int, old: int) -> None:
        code = self.one(AuthorizationCode, old)
        draft = CodeDraft(code.post, spark_code(), starts_on=starts_on, window_days=days, supersedes=code)
        self.attempt(record_codes, drafts=[draft])

    @rule(code=NUMBERS, days=LENGTHS)
    def extend_code(self, code: int, days: int) -> None:
        item = code_ops.Extension(self.one(AuthorizationCode, code), days=days)
        self.attempt(code_ops.extend_codes, extensions=[item])

    @rule(code=NUMBERS, starts_on=DAYS, days=st.none() | LENGTHS)
    def correct_code(self, code: int, starts_on: date, days: int | None) -> None:
        row = self.one(AuthorizationCode, code)
        item = code_ops.Correction(row, starts_on=starts_on, window_days=days)
        self.attempt(code_ops.correct_codes, corrections=[item])

    @rule(code=NUMBERS, at=OFFSETS)
    def revoke_code(self, code: int, at: datetime) -> None:
        self.attempt(code_ops.revoke_codes, codes=[self.one(AuthorizationCode, code)], at=at)

    @rule(code=NUMBERS)
    def unrevoke_code(self, code: int) -> None:
        self.attempt(code_ops.unrevoke_codes, codes=[self.one(AuthorizationCode, code)])

    @rule(code=NUMBERS)
    def reject_code(self, code: int) -> None:
        rows = [self.one(AuthorizationCode, code)]
        self.attempt(code_ops.reject_codes, codes=rows, error="4025 expired")

    @rule(code=NUMBERS, starts_at=st.none() | OFFSETS, expires_at=OFFSETS)
    def verify_code(self, code: int, starts_at: datetime | None, expires_at: datetime) -> None:
        item = code_ops.Verification(self.one(AuthorizationCode, code), expires_at, starts_at)
        self.attempt(code_ops.verify_codes, verifications=[item])

    @rule(
        post=NUMBERS,
        level=st.sampled_from(["post", "brief", "creator"]),
        trigger=st.sampled_from(RightTrigger),
        starts_on=st.none() | DAYS,
        term=TERMS,
        paid=YES_OR_NO,
        channels=st.sampled_from([[], ["TikTok"], ["Instagram"]]),
    )
    def grant_right(self, post: int, level: str, *, paid: bool, **fields: Any) -> None:
        row = self.one(Post, post)
        holder = {"post": row, "brief": self.brief, "creator": row.creator}[level]
        draft = right_ops.RightDraft(**{level: holder}, paid_amplification=paid, **fields)
        self.attempt(right_ops.grant_rights, drafts=[draft])

    @rule(right=NUMBERS, term=TERMS)
    def extend_right(self, right: int, term: Term) -> None:
        item = right_ops.NewTerm(self.one(UsageRight, right), term)
        self.attempt(right_ops.extend_rights, terms=[item])

    @rule(right=NUMBERS, ends_on=DAYS)
    def end_right(self, right: int, ends_on: date) -> None:
        self.attempt(right_ops.end_rights, rights=[self.one(UsageRight, right)], ends_on=ends_on)

    @rule(right=NUMBERS, happened_on=DAYS)
    def trigger_right(self, right: int, happened_on: date) -> None:
        rows = [self.one(UsageRight, right)]
        self.attempt(right_ops.trigger_rights, rights=rows, happened_on=happened_on)

    @rule(right=NUMBERS, paid=YES_OR_NO)
    def edit_right(self, right: int, *, paid: bool) -> None:
        edit = Edit(self.one(UsageRight, right), {"paid_amplification": paid})
        self.attempt(right_ops.edit_rights, edits=[edit])

    @rule(post=NUMBERS, since=OFFSETS)
    def post_gone(self, post: int, since: datetime) -> None:
        self.attempt(post_ops.mark_posts_gone, posts=[self.one(Post, post)], since=since)

    @rule(post=NUMBERS)
    def post_back(self, post: int) -> None:
        self.attempt(post_ops.mark_posts_back, posts=[self.one(Post, post)])

    @rule(post=NUMBERS, method=st.sampled_from(Method))
    def change_method(self, post: int, method: Method) -> None:
        self.attempt(post_ops.change_method, posts=[self.one(Post, post)], method=method)

    @rule(post=NUMBERS, attached=YES_OR_NO)
    def attach_brief(self, post: int, *, attached: bool) -> None:
        brief = self.brief if attached else None
        self.attempt(post_ops.attach_brief, posts=[self.one(Post, post)], brief=brief)

    @rule(creator=NUMBERS, own=YES_OR_NO)
    def own_account(self, creator: int, *, own: bool) -> None:
        self.attempt(post_ops.set_own_account, creators=[self.one(Creator, creator)], own=own)

    @rule(tracks=YES_OR_NO)
    def track_rights(self, *, tracks: bool) -> None:
        self.attempt(post_ops.set_rights_tracking, tracks=tracks)

    @rule(creator=NUMBERS, starts_at=OFFSETS, days=st.none() | LENGTHS)
    def open_link(self, creator: int, starts_at: datetime, days: int | None) -> None:
        end = None if days is None else starts_at + days * DAY
        draft = link_ops.LinkDraft(self.one(Creator, creator), self.account, starts_at, end)
        self.attempt(link_ops.open_links, drafts=[draft])

    @rule(at=OFFSETS)
    def close_links(self, at: datetime) -> None:
        links = list(AccountLink.objects.for_brand(self.world.brand).filter(ends_at=None))
        self.attempt(link_ops.close_links, links=links, at=at)

    @rule(post=NUMBERS, starts_on=st.none() | DAYS, days=st.none() | LENGTHS, account=YES_OR_NO)
    def plan_flight(self, post: int, starts_on: date | None, days: int | None, *, account: bool) -> None:
        ends_on = starts_on + timedelta(days=days) if starts_on and days else None
        used = self.account if account else None
        spend = Decimal("12.50")
        self.world.flight(self.one(Post, post), starts_on, ends_on, daily_spend=spend, ad_account=used)

    @rule(flight=NUMBERS, operation=st.sampled_from(["launch", "pause", "resume", "end"]))
    def change_flight(self, flight: int, operation: str) -> None:
        change = getattr(flight_ops, f"{operation}_flights")
        self.attempt(change, flights=[self.one(Flight, flight)])

    @rule(sheet=SHEETS)
    def import_sheet(self, sheet: list[list[str]]) -> None:
        with TemporaryDirectory() as folder:
            path = write_sheet(Path(folder), sheet)
            brand = Brand.objects.get(pk=self.world.brand.pk)
            about = {**self.world.by, "brand": brand}
            import_tracker(path, options=ReadOptions(), apply=True, skip_errors=True, **about)

    @rule(run=NUMBERS)
    def undo_an_import(self, run: int) -> None:
        runs = ImportRun.objects.for_brand(self.world.brand).order_by("-pk")
        if runs:
            self.attempt(undo_import, run=runs[run % len(runs)])

    @rule(zone=ZONES)
    def move_brand(self, zone: str) -> None:
        self.attempt(change_brand_zone, zone=zone)

    @rule(zone=ZONES)
    def move_account(self, zone: str) -> None:
        self.attempt(change_account_zone, ad_account=self.account, zone=zone)

    @invariant()
    def gaps_are_true(self) -> None:
        # After every step: a later one on the same post would hide what an earlier one forgot.
        brand = Brand.objects.get(pk=self.world.brand.pk)
        posts = list(Post.objects.for_brand(brand).values_list("pk", flat=True))
        assert differences(brand, posts) == []

    def teardown(self) -> None:
        if hasattr(self, "world"):  # hypothesis also tears down a machine that never began
            assert_sections_agree(Brand.objects.get(pk=self.world.brand.pk), NOW)


@pytest.mark.django_db
def test_every_history_ends_with_an_empty_proof() -> None:
    run_state_machine_as_test(Histories, settings=settings(max_examples=12, stateful_step_count=25))
