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
