"""Proves that the stored gaps say what the codes, rights and posts say."""

from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from authorizations.operations.gaps import Difference
from authorizations.operations.proof import described, prove_gaps, repair_gaps
from brands.models import Brand
from posts.models import Post
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now
from sparktrack.core.planner import learn_table_sizes


class Command(BaseCommand):
    """One line for each post that is wrong; the exit code is 1 if there is any that was not repaired."""

    help = (
        "Compute the gaps of every post afresh and report each that differs from what is stored (all instants UTC). "
        "People can go on working meanwhile. Exit code 1: there are differences; 2: no such brand."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Which brand, and whether to write."""
        parser.add_argument("--brand", metavar="SLUG", help="only this brand")
        parser.add_argument("--repair", action="store_true", help="write the computed gaps where they differ")

    def handle(self, *_args: Any, brand: str | None, repair: bool, **_options: Any) -> None:
        """Raises CommandError with code 2 for an unknown brand, with 1 for differences that remain."""
        brands = Brand.objects.order_by("slug")
        if brand is not None and not (brands := brands.filter(slug=brand)).exists():
            raise CommandError(f"There is no brand {brand}.", returncode=2)
        learn_table_sizes()  # everything is read, also after a bulk of writes that nobody counted yet
        posts = wrong = 0
        for each in brands:
            for proof in prove_gaps(each):
                posts += proof.posts
                wrong += len(proof.differences)
                self._report(each, proof.differences)
                if repair and proof.differences:
                    repair_gaps(
                        brand=each, found=proof.differences, now=utc_now(), actor=system_actor("prove_gaps")
                    )
        self.stdout.write(
            f"posts proven: {posts:,}, differences: {wrong:,}{', repaired' if repair and wrong else ''}"
        )
        if wrong and not repair:
            raise CommandError("Stored gaps are wrong. prove_gaps --repair writes them afresh.", returncode=1)

    def _report(self, brand: Brand, found: Collection[Difference]) -> None:
        ids = [difference.post_id for difference in found]
        posts = Post.objects.for_brand(brand).select_related("creator").in_bulk(ids)
        for difference in found:
            post = posts[difference.post_id]
            stored, computed = (
                "; ".join(described(gaps)) or "nothing" for gaps in (difference.stored, difference.computed)
            )
            self.stdout.write(
                f"{brand.slug}: {post} by {post.creator} ({post.pk}) stored: {stored} | computed: {computed}"
            )
