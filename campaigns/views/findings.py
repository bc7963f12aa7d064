"""The findings: what the data says that the sheet did not, as a page and as text."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brands.access import BrandRequest, brand_view, viewer_zone
from campaigns.findings_words import Report, findings_report, report_text
from campaigns.models import ImportRun
from campaigns.queries.findings import Findings, findings
from sparktrack.core.clock import utc_now


@require_safe
@brand_view()
def show_findings(request: BrandRequest) -> HttpResponse:
    """What to do first; with ``?import=`` only about the posts that this import touched."""
    run, found = _found(request)
    report, text = _said(request, run, found)
    context = {"run": run, "report": report, "text": text, "now": found.now, "zone": viewer_zone(request)}
    return render(request, "campaigns/findings.html", context)


@require_safe
@brand_view()
def findings_text(request: BrandRequest) -> HttpResponse:
    """The same as text, to be read in a chat or a mail."""
    run, found = _found(request)
    _, text = _said(request, run, found)
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _found(request: BrandRequest) -> tuple[ImportRun | None, Findings]:
    run = None
    if wanted := request.GET.get("import"):
        try:
            run = ImportRun.objects.for_brand(request.brand).get(pk=UUID(wanted))
        except (ValueError, ImportRun.DoesNotExist):
            raise Http404("No import of this brand has this number.") from None
    return run, findings(request.brand, now=utc_now(), run=run)


def _said(request: BrandRequest, run: ImportRun | None, found: Findings) -> tuple[Report, str]:
    zone = viewer_zone(request)
    report = findings_report(found, viewer_zone=zone, limited=run is not None)
    return report, report_text(report, found, viewer_zone=zone, source=run.file_name if run else "")
