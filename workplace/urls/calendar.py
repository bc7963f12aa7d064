"""Addresses of the calendar, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.calendar import show_calendar

urlpatterns: list[URLPattern] = [
    path("calendar/", show_calendar, name="brand-calendar"),
]
