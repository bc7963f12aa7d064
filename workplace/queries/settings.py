"""What the settings of a brand show."""

from collections.abc import Sequence

from django.db.models import Count

from brands.models import AdAccount, Brand


def ad_accounts(brand: Brand) -> Sequence[AdAccount]:
    """The ad accounts by name, each with the number of its flights as ``flight_count``; one query."""
    rows = AdAccount.objects.for_brand(brand).annotate(flight_count=Count("flights"))
    return list(rows.order_by("name", "pk"))
