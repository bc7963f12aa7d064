"""P4: ``manage.py prove_gaps`` beside one hand-written window statement that gives the same answer."""

from dataclasses import dataclass
from io import StringIO
from itertools import chain

from django.core.management import call_command

from authorizations.models import PostGap
from authorizations.operations.proof import prove_gaps
from brands.models import Brand
from campaigns.models import Flight
from posts.models import Post
from tests.benchmarks.timing import Spread, interleaved
from tests.benchmarks.windowed import wrong_posts


@dataclass(frozen=True, slots=True)
class ProofFigures:
    """Seconds for all posts of a brand."""

    posts: int
    flights: int
    proof: Spread
    windowed: Spread

    @property
    def ratio(self) -> float:
        """The product's time over the lower bound's."""
        return self.proof.median / self.windowed.median


def measure_proof(brand: Brand, *, repeats: int) -> ProofFigures:
    """Both in turn, after both named a gap that was bent; raises AssertionError where they differ."""
    _both_find_a_bent_gap(brand)
    spreads = interleaved(
        {"proof": lambda: _prove(brand), "windowed": lambda: _nothing_wrong(brand)},
        repeats=repeats,
        warm_up=0,
    )
    return ProofFigures(
        posts=Post.objects.for_brand(brand).count(),
        flights=Flight.objects.for_brand(brand).count(),
        **spreads,
    )


def _both_find_a_bent_gap(brand: Brand) -> None:
    gap = PostGap.objects.for_brand(brand).order_by("pk")[0]
    stops_itself = PostGap.objects.filter(pk=gap.pk)
    stops_itself.update(stops_itself=not gap.stops_itself)
    try:
        proven = [found.post_id.hex for found in chain(*(part.differences for part in prove_gaps(brand)))]
        assert proven == wrong_posts(brand) == [gap.post_id.hex]
    finally:
        stops_itself.update(stops_itself=gap.stops_itself)


def _prove(brand: Brand) -> None:
    call_command("prove_gaps", brand=brand.slug, stdout=StringIO())


def _nothing_wrong(brand: Brand) -> None:
    assert wrong_posts(brand) == []
