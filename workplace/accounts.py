"""What a login brings along: the choices of a person, so that no page has to ask for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from brands.accounts import AccountAdapter as PlainAdapter
from workplace.models import Preference

# In the session, where base.html finds it: "off" for who wants no single keys.
SHORTCUTS = "shortcuts"


class AccountAdapter(PlainAdapter):
    """The adapter of logins, which also remembers what the person chose."""

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """One query a login instead of one a page."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        chosen = Preference.objects.filter(user=user.pk).values_list("shortcuts", flat=True).first()
        remember_shortcuts(request, shortcuts=chosen is not False)
        return response


def remember_shortcuts(request: HttpRequest, *, shortcuts: bool) -> None:
    """For this login; others know from their next one on."""
    if shortcuts:
        request.session.pop(SHORTCUTS, None)
    else:
        request.session[SHORTCUTS] = "off"
