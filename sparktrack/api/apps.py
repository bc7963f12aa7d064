"""The app of the REST API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Its one table holds answers that may have to be given again."""

    name = "sparktrack.api"
    label = "api"
