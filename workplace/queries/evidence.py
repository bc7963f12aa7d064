"""Evidence packs: for posts everything on file that shows what was allowed, who did what and who was warned.

A mail may speak of several brands of its reader: of it only form, state and time are read (alerts.queries.told).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from authorizations.enums import CodeStatus
from authorizations.models import AuthorizationCode, UsageRight
from authorizations.rules import Code, code_status
from brands.models import AdAccount, Attachment, AuditEntry, Brand
from campaigns.enums import FlightStatus
from campaigns.models import Campaign, Flight
from campaigns.queries.history import people_of
from campaigns.queries.post import RightLine, right_lines
from campaigns.rules import flight_status
from posts.models import Post
from sparktrack.core.days import end_of_last_day, first_instant
from workplace.queries.evidence_rows import Warned, attachments_on, deeds_about, overlapping, warnings_about

# Chapters of one part.
PER_PART = 12
# Looking for parts stops there.
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both in the zone of the brand; None is open."""

    first: date | None = None
    last: date | None = None

    def bounds(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """The instants ``[start, end)``."""
        return (
            first_instant(self.first, zone) if self.first else None,
            end_of_last_day(self.last, zone) if self.last else None,
        )


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """A code, masked, with what was done with it."""

    code: AuthorizationCode
    status: CodeStatus
    ends_at: datetime
    attachments: Sequence[Attachment]
    deeds: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True)
class RightFacts:
    """A right, what proves it and what was done about it."""

    line: RightLine
    attachments: Sequence[Attachment]
    deeds: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True)
class FlightFacts:
    """A flight; ``earlier``: what was said before the last "run anyway"."""

    flight: Flight
    status: FlightStatus
    deeds: Sequence[AuditEntry]
    earlier: Sequence[AuditEntry]


@dataclass(frozen=True, slots=True)
class Chapter:
    """All about one post."""

    post: Post
    deeds: Sequence[AuditEntry]
    attachments: Sequence[Attachment]
    rights: Sequence[RightFacts]
    codes: Sequence[CodeFacts]
    flights: Sequence[FlightFacts]
    warnings: Sequence[Warned]


@dataclass(frozen=True, slots=True)
class Pack:
    """A part of the evidence. ``posts``: how many chapters there are in all; ``after``: the next part begins there.

    ``names``: members by the text of their id; ``accounts``: ad accounts, the same way. ``cut``: entries or messages
    are left out, because there are too many.
    """

    brand: Brand
    chapters: Sequence[Chapter]
    posts: int
    after: UUID | None
    names: Mapping[str, str]
    accounts: Mapping[UUID, str]
    cut: bool

    @property
    def posts_are_bound(self) -> bool:
        """Whether counting stopped."""
        return self.posts > COUNTED


def posts_with_evidence(brand: Brand, period: Period, campaign: Campaign | None = None) -> QuerySet[Post]:
    """The posts of a campaign, else those with a code or a flight; in the period."""
    start, end = period.bounds(brand.time_zone)
    flights = Flight.objects.filter(post=OuterRef("pk")).filter(
        overlapping("starts_at", "ends_at", "ended_at", start, end)
    )
    if campaign is not None:
        return Post.objects.for_brand(brand).filter(Exists(flights.filter(campaign=campaign)))
    codes = AuthorizationCode.objects.filter(post=OuterRef("pk"))
    codes = codes.filter(overlapping("starts_at", "expires_at", "revoked_at", start, end))
    return Post.objects.for_brand(brand).filter(Exists(flights) | Exists(codes))


def evidence_pack(
    brand: Brand,
    posts: QuerySet[Post],
    *,
    now: datetime,
    period: Period | None = None,
    campaign: Campaign | None = None,
    after: UUID | None = None,
) -> Pack:
    """The next ``PER_PART`` of ``posts`` behind ``after``, oldest first; twelve queries.

    Codes and rights are those that held in ``period``, deeds and warnings those that fell into it. ``campaign``: of
    the flights only its own.
    """
    start, end = (period or Period()).bounds(brand.time_zone)
    rows = posts.filter(pk__gt=after) if after else posts
    found = list(rows.select_related("creator", "brief").order_by("pk")[: PER_PART + 1])
    more, found = len(found) > PER_PART, found[:PER_PART]
    ids = [post.pk for post in found]
    rights = list(
        UsageRight.objects.for_brand(brand)
        .filter(
            Q(post__in=ids)
            | Q(brief__in={post.brief_id for post in found if post.brief_id})
            | Q(creator__in={post.creator_id for post in found})
        )
        .select_related("approved_by")
        .order_by("starts_at", "pk")
    )
    codes = list(
        AuthorizationCode.objects.for_brand(brand)
        .filter(overlapping("starts_at", "expires_at", "revoked_at", start, end), post__in=ids)
        .defer("ciphertext", "source_post_ciphertext")
        .order_by("starts_at", "pk")
    )
    flights = Flight.objects.for_brand(brand).filter(
        overlapping("starts_at", "ends_at", "ended_at", start, end), post__in=ids
    )
    if campaign is not None:
        flights = flights.filter(campaign=campaign)
    planned = list(
        flights.select_related("campaign", "ad_account", "buyer", "run_anyway_by").order_by("starts_at", "pk")
    )
    things = [*ids, *(row.pk for row in (*rights, *codes, *planned))]
    deeds, deeds_cut = deeds_about(brand, things, start, end)
    warned, warned_cut = warnings_about(brand, [*ids, *(right.pk for right in rights)], start, end)
    shelf = _Shelf(brand, now, start, end, deeds, attachments_on(brand, things), warned)
    return Pack(
        brand=brand,
        chapters=[shelf.chapter(post, rights, codes, planned) for post in found],
        posts=posts.order_by()[: COUNTED + 1].count() if more or after else len(found),
        after=found[-1].pk if more else None,
        names=people_of(brand).names,
        accounts=dict(AdAccount.objects.for_brand(brand).values_list("pk", "name")),
        cut=deeds_cut or warned_cut,
    )


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What was read for all posts of a part, by the thing it is about."""

    brand: Brand
    now: datetime
    start: datetime | None
    end: datetime | None
    deeds: Mapping[UUID, list[AuditEntry]] = field(default_factory=dict)
    attachments: Mapping[UUID, list[Attachment]] = field(default_factory=dict)
    warnings: Mapping[UUID, list[Warned]] = field(default_factory=dict)

    def chapter(
        self,
        post: Post,
        rights: Sequence[UsageRight],
        codes: Sequence[AuthorizationCode],
        flights: Sequence[Flight],
    ) -> Chapter:
        lines = [line for line in right_lines(post, rights) if self._held(line.right)]
        warned = [each for pk in (post.pk, *(line.right.pk for line in lines)) for each in self._warned(pk)]
        return Chapter(
            post=post,
            deeds=self._done(post.pk),
            attachments=self.attachments.get(post.pk, ()),
            rights=[
                RightFacts(line, self.attachments.get(line.right.pk, ()), self._done(line.right.pk))
                for line in lines
            ],
            codes=[self._code(code) for code in codes if code.post_id == post.pk],
            flights=[self._flight(flight) for flight in flights if flight.post_id == post.pk],
            warnings=sorted(warned, key=lambda each: (each.alert.raised_at, each.alert.pk)),
        )

    def _held(self, right: UsageRight) -> bool:
        """Whether it held in the period; one that has not begun is evidence as well."""
        return right.starts_at is None or (
            (self.end is None or right.starts_at < self.end)
            and (self.start is None or right.ends_at is None or right.ends_at > self.start)
        )

    def _done(self, thing: UUID) -> list[AuditEntry]:
        return self.deeds.get(thing, [])

    def _warned(self, thing: UUID) -> list[Warned]:
        return self.warnings.get(thing, [])

    def _code(self, code: AuthorizationCode) -> CodeFacts:
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
        return CodeFacts(
            code=code,
            status=code_status(window, now=self.now, expiring_days=self.brand.expiring_days),
            ends_at=min(code.expires_at, code.revoked_at or code.expires_at),
            attachments=self.attachments.get(code.pk, ()),
            deeds=self._done(code.pk),
        )

    def _flight(self, flight: Flight) -> FlightFacts:
        done = self._done(flight.pk)
        said = [entry for entry in done if entry.action == "flight.run_anyway"]
        return FlightFacts(
            flight=flight,
            status=flight_status(
                starts_at=flight.starts_at,
                ends_at=flight.ends_at,
                launched_at=flight.launched_at,
                paused_at=flight.paused_at,
                ended_at=flight.ended_at,
                now=self.now,
            ),
            deeds=[entry for entry in done if entry.action != "flight.run_anyway"],
            earlier=[entry for entry in said if flight.run_anyway_at and entry.at < flight.run_anyway_at],
        )
