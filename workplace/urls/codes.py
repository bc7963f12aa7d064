"""Addresses of codes, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.codes_batch import code_batch, copy_batch
from workplace.views.codes_change import (
    correct_code,
    extend_code,
    reject_code,
    revoke_code,
    unrevoke_code,
    verify_code,
)
from workplace.views.codes_list import codes
from workplace.views.codes_paste import paste_codes
from workplace.views.codes_requests import ask_code, withdraw_request
from workplace.views.error_desk import error_desk

urlpatterns: list[URLPattern] = [
    path("codes/", codes, name="codes"),
    path("codes/batch/", code_batch, name="code-batch"),
    path("codes/batch/copy/", copy_batch, name="copy-batch"),
    path("codes/paste/", paste_codes, name="paste-codes"),
    path("posts/<uuid:pk>/asked/", ask_code, name="ask-code"),
    path("posts/<uuid:pk>/asked/withdraw/", withdraw_request, name="withdraw-request"),
    path("error-desk/", error_desk, name="error-desk"),
    path("codes/<uuid:code>/extend/", extend_code, name="extend-code"),
    path("codes/<uuid:code>/check/", verify_code, name="verify-code"),
    path("codes/<uuid:code>/correct/", correct_code, name="correct-code"),
    path("codes/<uuid:code>/revoke/", revoke_code, name="revoke-code"),
    path("codes/<uuid:code>/unrevoke/", unrevoke_code, name="unrevoke-code"),
    path("codes/<uuid:code>/refused/", reject_code, name="reject-code"),
]
