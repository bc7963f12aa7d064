"""The history of a post in plain words."""

from uuid import uuid4

import pytest

from brands.models import AuditEntry
from campaigns.happenings import happened, who
from campaigns.queries.history import History
from sparktrack.core.actors import ActorKind

FLIGHT, ACCOUNT = uuid4(), uuid4()
HISTORY = History([], more=False, subjects={FLIGHT: "Q4 Glow", ACCOUNT: "Northbeam US"})


def words(action, before=(), after=(), **entry):
    kind = action.partition(".")[0]
    label = {"code": "code ending k2Y=", "right": "rights 2026-98", "link": "@a linked to US"}.get(kind, "x")
    fields = {"object_label": label, "object_id": FLIGHT if kind == "flight" else uuid4(), **entry}
    return happened(AuditEntry(action=action, before=dict(before), after=dict(after), **fields), HISTORY)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words("code.recorded", after={"window_days": 30}), "Code ending k2Y= recorded, 30 days"),
        (
            words("code.replaced", after={"window_days": 1, "supersedes": "x"}),
            "Code ending k2Y= recorded as a replacement, 1 day",
        ),
        (
            words("code.extended", {"window_days": 30}, {"window_days": 60}),
            "Code ending k2Y= extended by 30 days",
        ),
        (words("code.extended", {}, {"expires_on": "2026-12-01"}), "Code ending k2Y= extended"),
        (
            words("code.applied", after={"ad_account": str(ACCOUNT)}),
            "Code ending k2Y= taken to Northbeam US",
        ),
        (words("code.applied", after={"ad_account": None}), "Code ending k2Y= taken to an ad account"),
        (words("code.revealed"), "Code ending k2Y= revealed"),
        (words("code.copied"), "Code ending k2Y= copied"),
        (words("code.rejected"), "Code ending k2Y= rejected by TikTok"),
        (words("request.made", after={"window_days": 60}), "The creator was asked for a code, 60 days"),
        (words("request.answered"), "The creator answered with a code"),
        (words("request.withdrawn"), "Request for a code withdrawn"),
        (words("request.reopened"), "Request for a code waits for an answer again"),
        (words("right.extended"), "Rights 2026-98 extended"),
        (words("right.edited", after={"paid_amplification": True}), "Rights 2026-98 edited: paid use"),
        (words("flight.paused"), "Flight in Q4 Glow paused"),
        (words("flight.run_anyway"), "Flight in Q4 Glow runs anyway"),
        (
            words("flight.moved", after={"starts_on": "2026-11-09", "ends_on": None}),
            "Flight in Q4 Glow moved: from 9 Nov, to no end",
        ),
        (words("flight.moved"), "Flight in Q4 Glow moved"),
        (words("flight.ended", object_id=uuid4()), "Flight ended"),
        (words("link.opened"), "@a linked to US"),
        (words("link.closed"), "@a linked to US no longer"),
        (
            words("post.edited", after={"hand_off_note": "secret", "sku": "1"}),
            "Post edited: hand off note, SKU",
        ),
        (words("post.gone"), "Post private or deleted"),
        (words("post.stage_reached", after={"stage": "draft_received"}), "Stage: draft received"),
        (words("post.metrics_recorded", after={"views": 184_200}), "Numbers noted: 184,200 views"),
        (words("post.method_changed", after={"method": "tiktok_one"}), "Authorized by tiktok one"),
        (words("post.something_new"), "Post something new"),
    ],
)
def test_an_entry_is_a_sentence(said, expected):
    assert said == expected


def test_who_did_it_is_a_name_and_an_email_only_for_those_who_may_read_it():
    def by(kind, actor_id="", label=""):
        return AuditEntry(actor_kind=kind, actor_id=actor_id, actor_label=label)

    names = {"1": "Ada Lovelace"}
    assert who(by(ActorKind.USER, "1", "ada@x.example"), names, contacts=True) == "Ada Lovelace"
    assert who(by(ActorKind.USER, "2", "bob@x.example"), names, contacts=True) == "bob@x.example"
    assert who(by(ActorKind.USER, "2", "bob@x.example"), names, contacts=False) == "somebody who left"
    assert who(by(ActorKind.TOKEN, "3", "Nightly of Bob"), names, contacts=True) == "Nightly of Bob"
    assert who(by(ActorKind.TOKEN, "3", "Nightly of Bob"), names, contacts=False) == "a script"
    assert who(by(ActorKind.SYSTEM, label="import_tracker"), names, contacts=False) == "an import"
    assert who(by(ActorKind.SYSTEM, label="tests"), names, contacts=False) == "sparktrack"
