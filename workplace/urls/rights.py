"""Addresses of rights, below ``/b/<slug>/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
