"""Addresses of the audit, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.audit import audit

urlpatterns: list[URLPattern] = [
    path("audit/", audit, name="audit"),
]
