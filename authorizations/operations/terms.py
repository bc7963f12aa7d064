"""How a right on file says when it ends, and the same for longer."""

from authorizations.models import UsageRight
from authorizations.windows import DAY, Term, WindowError, last_day


def term_of(right: UsageRight) -> Term:
    """How the contract says when a right ends."""
    return Term(right.ends_on, right.term_days, right.term_months, right.perpetual)


def longer_term(right: UsageRight, more: Term) -> Term:
    """The term of a right that is agreed for the days or calendar months of ``more`` besides.

    A term in the same unit grows, so that it also holds for a right that has not begun; else ``more`` counts from the
    day after the last one. Raises WindowError for rights without an end, and for those not begun whose term is in
    another unit.
    """
    if right.perpetual or not right.term_stated:
        raise WindowError("These rights have no end that could move.")
    if right.term_days and more.days:
        return Term(days=right.term_days + more.days)
    if right.term_months and more.months:
        return Term(months=right.term_months + more.months)
    last = last_day(right.starts_on, term_of(right)) if right.starts_on else right.ends_on
    if last is None:
        raise WindowError("These rights have not begun: extend them in the unit of their term.")
    return Term(ends_on=last_day(last + DAY, more))
