"""The words of the pages."""

from enum import StrEnum


class Place(StrEnum):
    """The lists of a brand that people may narrow, save as a view and choose columns of."""

    POSTS = "posts"
    CREATORS = "creators"
    BRIEFS = "briefs"
    CODES = "codes"
    RIGHTS = "rights"
    CAMPAIGNS = "campaigns"
    FLIGHTS = "flights"
    AUDIT = "audit"


class Duty(StrEnum):
    """What a member answers for, and somebody else must when they leave."""

    FLIGHTS = "flights"
    CAMPAIGNS = "campaigns"
    CREATORS = "creators"
    ALERTS = "alerts"
    DEPUTY = "deputy"


class Happening(StrEnum):
    """What stands in the calendar of a brand, most urgent first: the order of a day."""

    STOPS = "stops"
    PAUSE = "pause"
    RIGHTS = "rights"
    STARTS = "starts"
    ENDS = "ends"
    DRAFT = "draft"
    POST = "post"


class Figure(StrEnum):
    """What a report counts; the value stands in addresses."""

    ACTIVATED = "activated"
    ASKED = "asked"
    BURNT = "burnt"
    LOST = "lost"
    UNPERMITTED = "without-rights"
    UNUSED = "unused-rights"
    RENEWALS = "renewals"
