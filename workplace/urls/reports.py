"""Addresses of reports, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.reports import reports_csv, show_reports

urlpatterns: list[URLPattern] = [
    path("reports/", show_reports, name="reports"),
    path("reports.csv", reports_csv, name="reports-csv"),
]
