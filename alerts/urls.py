"""Pages about alerts: those of a brand are below ``/b/<slug>/``, a person's own at the root."""

from django.urls import URLPattern

# Of a brand.
urlpatterns: list[URLPattern] = []

# Of a person: signed links of mails, choices, the calendar.
own_urlpatterns: list[URLPattern] = []
