"""Pages of a brand, below ``/b/<slug>/``."""

from django.urls import path

from campaigns.views.anyway import run_anyway
from campaigns.views.board import show_board
from campaigns.views.codes import apply_code, copy_code, reveal_code
from campaigns.views.findings import findings_text, show_findings
from campaigns.views.imports.afterwards import rejected, undo
from campaigns.views.imports.pages import import_progress, show_import
from campaigns.views.imports.steps import (
    import_apply,
    import_columns,
    import_discard,
    import_owners,
    import_sheet,
)
from campaigns.views.imports.uploads import imports
from campaigns.views.pausing import pause_flight, resume_flight
from campaigns.views.post import show_post

urlpatterns = [
    path("", show_board, name="board"),
    path("findings/", show_findings, name="findings"),
    path("findings.txt", findings_text, name="findings_text"),
    path("posts/<uuid:pk>/", show_post, name="post"),
    path("codes/<uuid:code>/reveal/", reveal_code, name="reveal-code"),
    path("codes/<uuid:code>/copy/", copy_code, name="copy-code"),
    path("codes/<uuid:code>/applied/", apply_code, name="apply-code"),
    path("flights/<uuid:flight>/run-anyway/", run_anyway, name="run-anyway"),
    path("flights/<uuid:flight>/pause/", pause_flight, name="pause-flight"),
    path("flights/<uuid:flight>/resume/", resume_flight, name="resume-flight"),
    path("imports/", imports, name="imports"),
    path("imports/<uuid:run>/", show_import, name="import"),
    path("imports/<uuid:run>/progress/", import_progress, name="import-progress"),
    path("imports/<uuid:run>/sheet/", import_sheet, name="import-sheet"),
    path("imports/<uuid:run>/columns/", import_columns, name="import-columns"),
    path("imports/<uuid:run>/owners/", import_owners, name="import-owners"),
    path("imports/<uuid:run>/apply/", import_apply, name="import-apply"),
    path("imports/<uuid:run>/discard/", import_discard, name="import-discard"),
    path("imports/<uuid:run>/undo/", undo, name="import-undo"),
    path("imports/<uuid:run>/rejected/", rejected, name="import-rejected"),
]
