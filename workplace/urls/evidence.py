"""Addresses of evidence, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.evidence_files import attachment

urlpatterns: list[URLPattern] = [
    path("attachments/<uuid:attachment>/", attachment, name="attachment"),
]
