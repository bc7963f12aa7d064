"""What the page of all brands says first. Plain Python, English, no clock."""

from campaigns.enums import Section
from campaigns.phrases import Tone
from sparktrack.core.wording import TimeWords, count
from workplace.queries.all_brands import AllBrands, BrandSum, Next


def tone_of(found: AllBrands) -> Tone:
    """How bad it is."""
    if found.number(Section.WITHOUT_RIGHTS) or found.number(Section.BLOCKED):
        return Tone.STOP
    if any(own.next for own in found.brands) or found.number(Section.WAITING):
        return Tone.WARN
    return Tone.OK if any(own.flights for own in found.brands) else Tone.IDLE


def headline(found: AllBrands) -> str:
    """The one thing to know: ``2 ads run without rights in Northbeam``."""
    for section, one, many in _HEADLINES:
        if number := found.number(section):
            hit = [own.brand.name for own in found.brands if own.number(section)]
            where = f"in {hit[0]}" if len(hit) == 1 else f"in {len(hit)} brands"
            return f"{one if number == 1 else f'{number:,} {many}'} {where}"
    if not any(own.flights for own in found.brands):
        return "Nothing is planned in any brand"
    return "Everything that is planned is covered"


_HEADLINES = (
    (Section.WITHOUT_RIGHTS, "1 ad runs without rights", "ads run without rights"),
    (Section.BLOCKED, "1 ad is blocked", "ads are blocked"),
    (Section.STOPS, "1 ad stops before its last day", "ads stop before their last day"),
    (Section.MUST_PAUSE, "1 ad must be paused soon", "ads must be paused soon"),
    (Section.WAITING, "1 flight waits for a code", "flights wait for a code"),
)


def summary(found: AllBrands, *, viewer_zone: str) -> str:
    """The sentences below the headline: what else is blocked, and what comes next."""
    sentences = []
    if found.number(Section.WITHOUT_RIGHTS) and (blocked := found.number(Section.BLOCKED)):
        sentences.append(f"{count(blocked, 'ad')} {'is' if blocked == 1 else 'are'} blocked.")
    coming = [own for own in found.brands if own.next]
    if coming:
        own = min(coming, key=lambda each: each.next.at if each.next else found.now)
        words = next_words(own, own.next, found, viewer_zone=viewer_zone) if own.next else ""
        sentences.append(f"Next in {own.brand.name}: {words[0].lower()}{words[1:]}.")
    return " ".join(sentences)


def next_words(own: BrandSum, following: Next, found: AllBrands, *, viewer_zone: str) -> str:
    """``Stops in 2 d 4 h``, ``Pause by Wed 25 Nov``: what comes next in a brand."""
    zone = own.brand.time_zone
    times = TimeWords(now=found.now, zone=zone, viewer_zone=viewer_zone)
    if following.stops:
        return f"Stops in {times.left(following.at)}"
    return f"Pause by {times.last_day(following.at)}"
