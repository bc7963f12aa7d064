"""Coverage by property: whatever is on file, the answer is the one DOMAIN.md §6 gives instant by instant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from authorizations.enums import Reason, Verdict
from authorizations.rules import Code, Gap, PostInputs, Right, Window, clip, coverage, judge, post_gaps

BASE = datetime(2026, 11, 21, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)

# A coarse grid makes ends meet, single ticks make them miss.
instants = st.builds(
    lambda hours, ticks: BASE + timedelta(hours=hours, microseconds=ticks),
    st.integers(-24, 24),
    st.sampled_from([0, 0, 0, -1, 1]),
)
codes = st.builds(
    Code, starts_at=instants, expires_at=instants, revoked_at=st.none() | instants, rejected=st.booleans()
)
spans = st.tuples(instants, st.none() | instants).filter(lambda span: span[1] is None or span[0] < span[1])
rights = st.builds(lambda span, paid: Right(span[0], span[1], paid), spans, st.booleans())
links = st.builds(lambda span: Window(span[0], span[1]), spans)
posts = st.builds(
    PostInputs,
    needs_code=st.booleans(),
    needs_rights=st.booleans(),
    codes=st.lists(codes, max_size=5),
    rights=st.lists(rights, max_size=5),
    links=st.lists(links, max_size=3),
    links_required=st.booleans(),
    unavailable_from=st.none() | instants,
)
flights = st.tuples(instants, st.none() | instants).filter(lambda span: span[1] is None or span[0] < span[1])


def code_reason(windows, t):
    """DOMAIN.md §6, code side, word by word; windows are (start, end, revoked before the natural end)."""
    if any(start <= t < end for start, end, _ in windows):
        return None
    ended = [(end, revoked) for _, end, revoked in windows if end <= t]
    if ended:
        last = max(end for end, _ in ended)
        return Reason.CODE_REVOKED if (last, True) in ended else Reason.CODE_EXPIRED
    return Reason.CODE_NOT_STARTED if any(start > t for start, _, _ in windows) else Reason.NO_CODE


def rights_reason(rights, t):
    """DOMAIN.md §6, rights side, word by word."""

    def holds(right):
        return right.starts_at <= t and (right.ends_at is None or t < right.ends_at)

    paid = [right for right in rights if right.paid]
    if any(holds(right) for right in paid):
        return None
    if any(holds(right) for right in rights):
        return Reason.PAID_NOT_ALLOWED
    if any(right.ends_at is not None and right.ends_at <= t for right in paid):
        return Reason.RIGHTS_EXPIRED
    if any(right.starts_at > t for right in paid):
        return Reason.RIGHTS_NOT_STARTED
    return Reason.PAID_NOT_ALLOWED if rights else Reason.NO_RIGHTS


def code_windows(codes):
    """The windows of codes that count as on file."""
    for code in codes:
        end = min(code.expires_at, code.revoked_at or ENDLESS)
        if not code.rejected and code.starts_at < end:
            yield code.starts_at, end, end < code.expires_at


def reasons_at(post, t):
    """Why the post may not run at `t`, with no regard for any other instant."""
    found = set()
    if post.needs_code:
        found.add(code_reason(list(code_windows(post.codes)), t))
    elif post.links_required and post.links:
        found.add(code_reason([(link.starts_at, link.ends_at or ENDLESS, False) for link in post.links], t))
    if post.needs_rights:
        found.add(rights_reason(post.rights, t))
    if post.unavailable_from is not None and post.unavailable_from <= t:
        found.add(Reason.POST_UNAVAILABLE)
    return tuple(sorted(found - {None}))


def boundaries(post):
    """Every instant named in the inputs, with its neighbours, and one before and after all."""
    named = {BASE - timedelta(days=99), BASE, BASE + timedelta(days=99)}
    for thing in (*post.codes, *post.rights, *post.links):
        named |= {getattr(thing, name, None) for name in ("starts_at", "ends_at", "expires_at", "revoked_at")}
    named = (named | {post.unavailable_from}) - {None}
    return sorted(named | {t - TICK for t in named} | {t + TICK for t in named})


def holds(gap, t):
    return (gap.starts_at is None or gap.starts_at <= t) and (gap.ends_at is None or t < gap.ends_at)


@given(posts)
def test_at_every_instant_the_gap_has_the_reasons_of_that_instant(post):
    gaps = post_gaps(post)
    for t in boundaries(post):
        reasons = reasons_at(post, t)
        assert [gap.reasons for gap in gaps if holds(gap, t)] == ([reasons] if reasons else [])


@given(posts)
def test_gaps_are_ordered_disjoint_and_maximal(post):
    gaps = post_gaps(post)
    for gap in gaps:
        assert gap.reasons
        assert gap.starts_at is None or gap.ends_at is None or gap.starts_at < gap.ends_at
    for before, after in pairwise(gaps):
        assert before.ends_at is not None
        assert after.starts_at is not None
        assert before.ends_at < after.starts_at or (
            before.ends_at == after.starts_at and before.reasons != after.reasons
        )


@given(posts, st.randoms(use_true_random=False))
def test_the_order_in_which_things_were_recorded_does_not_matter(post, random):
    def mixed(things):
        return random.sample(things, len(things))

    shuffled = replace(post, codes=mixed(post.codes), rights=mixed(post.rights), links=mixed(post.links))
    assert post_gaps(shuffled) == post_gaps(post)


def shifted(thing, by):
    """A copy of a dataclass with every instant in it moved."""

    def moved(value):
        if isinstance(value, datetime):
            return value + by
        if isinstance(value, list | tuple):
            return type(value)(moved(item) for item in value)
        return shifted(value, by) if hasattr(value, "__dataclass_fields__") else value

    return replace(thing, **{name: moved(getattr(thing, name)) for name in thing.__dataclass_fields__})


@given(posts, flights, instants, st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_shifting_all_instants_shifts_the_answer(post, flight, now, by):
    starts_at, ends_at = flight
    here = coverage(post, starts_at=starts_at, ends_at=ends_at, now=now)
    there = coverage(
        shifted(post, by), starts_at=starts_at + by, ends_at=ends_at and ends_at + by, now=now + by
    )
    assert there == shifted(here, by)


def uncovered(post):
    """The time in which the post may not run, in a stretch that holds every instant of the strategies."""
    inside = clip(post_gaps(post), BASE - timedelta(days=9), BASE + timedelta(days=9))
    return sum((gap.ends_at - gap.starts_at for gap in inside), timedelta())


@given(posts, codes)
def test_adding_a_code_never_adds_uncovered_time(post, code):
    richer = replace(post, codes=[*post.codes, code])
    assert uncovered(richer) <= uncovered(post)
    for t in boundaries(richer):
        assert reasons_at(post, t) or not any(holds(gap, t) for gap in post_gaps(richer))


@given(posts, codes, instants)
def test_splitting_a_code_into_two_adjacent_ones_changes_nothing(post, code, middle):
    end = min(code.expires_at, code.revoked_at or ENDLESS)
    if not code.starts_at < middle < end:
        middle = code.starts_at + (end - code.starts_at) / 2
    halves = [replace(code, expires_at=middle, revoked_at=None), replace(code, starts_at=middle)]
    assert post_gaps(replace(post, codes=[*post.codes, *halves])) == post_gaps(
        replace(post, codes=[*post.codes, code])
    )


@given(posts, flights, instants)
def test_the_verdict_follows_from_the_instants_of_the_flight(post, flight, now):
    starts_at, ends_at = flight
    found = coverage(post, starts_at=starts_at, ends_at=ends_at, now=now)
    begin = max(now, starts_at)
    flown = [t for t in {*boundaries(post), begin} if t >= begin and (ends_at is None or t < ends_at)]
    stopped = sorted(t for t in flown if reasons_at(post, t))
    if ends_at is not None and ends_at <= now:
        assert (found.verdict, found.runnable_until, found.gaps) == (Verdict.ENDED, None, ())
    elif not stopped:
        assert (found.verdict, found.runnable_until, found.gaps) == (Verdict.COVERED, ends_at, ())
    elif stopped[0] == begin:
        assert (found.verdict, found.runnable_until) == (Verdict.BLOCKED, None)
    else:
        assert (found.verdict, found.runnable_until) == (Verdict.LAPSES, stopped[0])


@given(posts, flights, instants)
def test_clipping_first_or_judging_first_is_the_same(post, flight, now):
    starts_at, ends_at = flight
    gaps = post_gaps(post)
    found = judge(gaps, starts_at=starts_at, ends_at=ends_at, now=now)
    left = clip(gaps, max(now, starts_at), ends_at)
    assert judge(left, starts_at=starts_at, ends_at=ends_at, now=now) == found
    if found.verdict is not Verdict.ENDED:
        assert found.gaps == left
        assert all(isinstance(gap, Gap) and gap.reasons in {whole.reasons for whole in gaps} for gap in left)
