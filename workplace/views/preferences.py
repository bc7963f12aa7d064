"""What a person chose for themselves: single keys, the tour."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from brands.models import User
from workplace.accounts import remember_shortcuts
from workplace.forms.preferences import PreferencesForm
from workplace.models import Preference
from workplace.operations.preferences import set_shortcuts


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Single keys on or off; the tour once more."""
    user = cast(User, request.user)
    if request.method == "POST":
        form = PreferencesForm(request.POST)
        if form.is_valid():
            shortcuts = form.cleaned_data["shortcuts"] == "on"
            set_shortcuts(user=user, shortcuts=shortcuts)
            remember_shortcuts(request, shortcuts=shortcuts)
            messages.success(request, "Saved.")
            return redirect("preferences")
        return render(request, "workplace/preferences.html", {"form": form}, status=422)
    chosen = Preference.objects.filter(user=user).values_list("shortcuts", flat=True).first()
    form = PreferencesForm(initial={"shortcuts": "off" if chosen is False else "on"})
    return render(request, "workplace/preferences.html", {"form": form})
