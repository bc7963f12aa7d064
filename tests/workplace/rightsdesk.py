"""Rights of every kind that a list shows."""

from authorizations.enums import RightTrigger
from authorizations.windows import Term
from posts.operations.briefs import add_briefs
from tests.world import DAY, NOW


class Rights:
    """One right of each kind, named by what is special about it; all their posts have a code for 20 days more."""

    def __init__(self, world):
        (brief,) = add_briefs(drafts=[{"title": "Gifts"}], **world.by)
        maya, zoe, own = (world.creator(handle) for handle in ("maya", "zoe", "uma"))
        post = world.post(maya, title="Glow")
        kinds = {
            "soon": {"post": post, "term": Term(ends_on=world.day(5))},
            "long": {"creator": zoe, "term": Term(days=300)},
            "over": {"post": world.post(own, title="Old"), "term": Term(days=3)},
            "open": {"brief": brief},
            "ever": {"post": world.post(own), "term": Term(perpetual=True), "paid_amplification": False},
        }
        self.rows = {
            name: world.right(world.day(-9), contract_reference=name, **kind) for name, kind in kinds.items()
        }
        self.rows["waits"] = world.right(
            None,
            post=world.post(own),
            trigger=RightTrigger.POSTING,
            term=Term(days=90),
            contract_reference="waits",
        )
        world.codes([post, world.post(zoe), self.rows["over"].post], NOW - DAY, days=21)
