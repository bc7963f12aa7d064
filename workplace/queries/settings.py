"""What the settings of a brand show."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count

from brands.models import AdAccount, Brand
from campaigns.ad_names import AdNameParts
from campaigns.models import Campaign
from posts.models import Post


def ad_accounts(brand: Brand) -> Sequence[AdAccount]:
    """The ad accounts by name, each with the number of its flights as ``flight_count``; one query."""
    rows = AdAccount.objects.for_brand(brand).annotate(flight_count=Count("flights"))
    return list(rows.order_by("name", "pk"))


def sample_parts(brand: Brand, *, today: date, buyer: str) -> AdNameParts:
    """What an ad name would be made of for a flight of the newest post that begins ``today``; three queries.

    What is not there yet is made up.
    """
    post = Post.objects.for_brand(brand).select_related("creator").order_by("-pk").first()
    campaign = Campaign.objects.for_brand(brand).order_by("-pk").first()
    account = AdAccount.objects.for_brand(brand).order_by("-pk").first()
    return AdNameParts(
        starts_on=today,
        sku=(post and post.sku) or "SKU-7",
        product=(post and post.product) or "Serum",
        creator=post.creator.handle if post else "maya.glow",
        angle=(post and post.hook_angle) or "Morning routine",
        use_case=(post and post.use_case) or "testimonial",
        offer=(post and post.offer) or "10 off",
        campaign=campaign.name if campaign else "BFCM",
        account=account.name if account else brand.name,
        buyer=buyer,
        rights_open=True,
        post_id=(post and post.tiktok_post_id) or "7301184422019655681",
    )
