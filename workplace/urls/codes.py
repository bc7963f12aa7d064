"""Addresses of codes, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.codes_batch import code_batch, copy_batch
from workplace.views.codes_paste import paste_codes

urlpatterns: list[URLPattern] = [
    path("codes/batch/", code_batch, name="code-batch"),
    path("codes/batch/copy/", copy_batch, name="copy-batch"),
    path("codes/paste/", paste_codes, name="paste-codes"),
]
