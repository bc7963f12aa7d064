"""Addresses of codes, below ``/b/<slug>/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
