"""Pages of the Django admin as staff use them: what a form shows is sent back, with the changes."""

from datetime import datetime
from typing import Any

from django.contrib.admin import site
from django.contrib.admin.widgets import AdminSplitDateTime
from django.db.models import Model
from django.forms import CheckboxInput, NullBooleanSelect
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
APPS = ("brands", "creators", "posts", "authorizations", "campaigns", "alerts", "workplace")


def staff_client(email="root@example.com"):
    """A superuser who is logged in."""
    client = Client()
    client.force_login(UserFactory(email=email, is_staff=True, is_superuser=True), BACKEND)
    return client


def our_models() -> list[type[Model]]:
    """Every model of ours that the admin lists."""
    return [model for model in site._registry if model._meta.app_label in APPS]


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def add_url(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def change_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def submit(client, url, **changes):
    """Opens the form at ``url`` and sends it back with ``changes``; rows are given as rows."""
    page = client.get(url)
    assert page.status_code == 200, page.status_code
    form = page.context["adminform"].form
    unknown = set(changes) - set(form.fields)
    assert not unknown, f"no such fields: {unknown}"
    data = {}
    for bound in form:
        value = changes.get(bound.name, bound.value())
        data |= _typed(bound.html_name, value, bound.field.widget)
    return client.post(url, data)


def saved(response):
    """Whether the form was accepted; its errors are in the message if one expects it to be."""
    if response.status_code != 302:
        raise AssertionError(errors(response))
    return True


def errors(response):
    """The errors of a form that was refused, by field."""
    assert response.status_code == 200, response.status_code
    return {name: list(found) for name, found in response.context["adminform"].form.errors.items()}


def _typed(name: str, value: Any, widget: Any) -> dict[str, str]:
    if isinstance(widget, AdminSplitDateTime):
        if not isinstance(value, datetime):
            return {f"{name}_0": "", f"{name}_1": ""}
        return {f"{name}_0": f"{value:%Y-%m-%d}", f"{name}_1": f"{value:%H:%M:%S}"}
    if isinstance(widget, CheckboxInput):
        return {name: "on"} if value else {}
    if isinstance(widget, NullBooleanSelect):
        return {name: {None: "unknown", True: "true", False: "false"}[value]}
    if isinstance(value, Model):
        return {name: str(value.pk)}
    return {name: "" if value is None else str(value)}
