"""Taking back what the last click changed in many rows."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from brands.access import BrandRequest, brand_view
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count
from workplace.operations.undo import undo_change
from workplace.undoing import actor_of_undo


@require_POST
@brand_view()
def undo(request: BrandRequest) -> HttpResponse:
    """What this person changed by one click within the last day is as it was; then the page they came from again."""
    change = request.POST.get("change", "").replace("\0", "")
    try:
        done = undo_change(
            brand=request.brand,
            change=change,
            allowed=request.allowed,
            now=utc_now(),
            actor=actor_of_undo(request, change),
        )
    except RefusedError as refused:
        messages.error(request, refused.message)
    else:
        words = f"Taken back: {count(done.rows, 'row')} as before."
        if done.changed_since:
            words += f" {done.changed_since:,} stay: somebody has changed them since."
        messages.success(request, words)
    return redirect(page_before(request))


def page_before(request: BrandRequest) -> str:
    """The address this person came from, if it is one of ours; else the board of the brand."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return came_from
    return request.brand.get_absolute_url()
