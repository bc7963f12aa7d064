"""Things to test with. What a test does not name is valid, and nothing it may rely on."""

from datetime import UTC, datetime
from functools import lru_cache

import factory
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from brands.enums import Role
from brands.models import AdAccount, Brand, Membership, User

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "grows on trees, 12 of them"


@lru_cache(maxsize=1)
def _hashed() -> str:
    return make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """A person who can log in with ``PASSWORD``."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(_hashed)
    created_at = LONG_AGO

    @factory.post_generation
    def address(self, create, extracted, **kwargs):
        """What allauth knows of the e-mail."""
        if create:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class BrandFactory(factory.django.DjangoModelFactory):
    """A tenant in UTC that counts in dollars."""

    class Meta:
        model = Brand

    name = factory.Sequence(lambda n: f"Brand {n}")
    slug = factory.Sequence(lambda n: f"brand{n}")
    created_at = LONG_AGO


class MembershipFactory(factory.django.DjangoModelFactory):
    """A person in a brand, as admin."""

    class Meta:
        model = Membership

    brand = factory.SubFactory(BrandFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.ADMIN
    created_at = LONG_AGO


class AdAccountFactory(factory.django.DjangoModelFactory):
    """An ad account in the zone and currency of its brand."""

    class Meta:
        model = AdAccount

    brand = factory.SubFactory(BrandFactory)
    name = factory.Sequence(lambda n: f"Account {n}")
    created_at = LONG_AGO
