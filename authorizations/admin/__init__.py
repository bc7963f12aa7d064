"""The Django admin of what allows a post to run, for staff; every write calls the operation that pages call."""

from authorizations.admin import codes, earlier, rights

__all__ = ["codes", "earlier", "rights"]
