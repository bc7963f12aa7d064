"""Addresses of evidence, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.evidence import campaign_evidence, evidence, post_evidence
from workplace.views.evidence_files import attachment

urlpatterns: list[URLPattern] = [
    path("evidence/", evidence, name="evidence"),
    path("posts/<uuid:pk>/evidence/", post_evidence, name="post-evidence"),
    path("campaigns/<uuid:campaign>/evidence/", campaign_evidence, name="campaign-evidence"),
    path("attachments/<uuid:attachment>/", attachment, name="attachment"),
]
