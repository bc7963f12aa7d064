"""Many rows at once are stored as one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from authorizations.models import AuthorizationCode, UsageRight
from brands.models import AuditEntry
from creators.models import Creator
from posts.models import Post
from sparktrack.core.bulk import insert, insert_columns, insert_new, insert_new_columns
from tests.factories import LONG_AGO, BrandFactory


def _rows(brand):
    creator = Creator(
        brand=brand, handle="maya", tags=["a", 1, True, None], former_handles=[], created_at=LONG_AGO
    )
    post = Post(brand=brand, creator=creator, title="Zoë's =1+1 %s %(x)s", created_at=LONG_AGO)
    code = AuthorizationCode(
        brand=brand,
        post=post,
        ciphertext=b"\x00\xff'",
        key_id="1",
        fingerprint="f",
        ending="k2Y=",
        starts_at=LONG_AGO,
        expires_at=LONG_AGO + timedelta(days=1, microseconds=1),
        window_days=1,
        end_source="sheet",
        created_at=LONG_AGO,
    )
    right = UsageRight(
        brand=brand, post=post, starts_on=LONG_AGO.date(), starts_at=LONG_AGO, fee="12.5", created_at=LONG_AGO
    )
    return [creator, post, code, right]


@pytest.mark.django_db
def test_rows_are_stored_as_they_were_made():
    brand = BrandFactory()
    for row in _rows(brand):
        insert([row])
        stored = type(row).objects.get(pk=row.pk)
        row.refresh_from_db()
        assert not row._state.adding
        assert model_to_dict(stored) == model_to_dict(row)
    code = AuthorizationCode.objects.get()
    assert bytes(code.ciphertext) == b"\x00\xff'"
    assert code.expires_at == datetime(2026, 1, 2, 0, 0, 0, 1, tzinfo=UTC)
    assert Creator.objects.get().tags == ["a", 1, True, None]
    assert Post.objects.get().title == "Zoë's =1+1 %s %(x)s"


@pytest.mark.django_db
def test_equal_but_different_json_values_stay_different():
    brand = BrandFactory()
    common = {"brand": brand, "at": LONG_AGO, "actor_kind": "system", "action": "x", "object_kind": "y"}

    insert([AuditEntry(**common, after={"n": 1}), AuditEntry(**common, after={"n": True})])

    assert sorted(map(repr, AuditEntry.objects.values_list("after", flat=True))) == [
        "{'n': 1}",
        "{'n': True}",
    ]


@pytest.mark.django_db
def test_broken_rule_of_the_database_stores_nothing():
    brand = BrandFactory()
    twins = [Creator(brand=brand, handle="maya", created_at=LONG_AGO) for _ in range(2)]

    with pytest.raises(IntegrityError), transaction.atomic():
        insert(twins)

    assert not Creator.objects.exists()


@pytest.mark.django_db
def test_no_rows_need_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert([])


@pytest.mark.django_db
def test_columns_are_stored_as_rows_are():
    brand = BrandFactory()
    names = [field.attname for field in AuditEntry._meta.concrete_fields]
    made = [
        AuditEntry(
            brand=brand,
            at=LONG_AGO,
            actor_kind="system",
            ip="2001:db8::1",
            action="x",
            object_kind="post",
            object_id=brand.pk,
            after={"value": value},
        )
        for value in (1, True, None, "=é")
    ]
    insert_columns(AuditEntry, {name: [getattr(row, name) for row in made] for name in names})
    stored = {entry.pk: model_to_dict(entry) for entry in AuditEntry.objects.all()}
    assert stored == {row.pk: model_to_dict(row) for row in made}
    assert [type(AuditEntry.objects.get(pk=row.pk).after["value"]) for row in made[:2]] == [int, bool]


@pytest.mark.django_db
def test_text_that_looks_like_a_separator_or_nothing_is_stored_as_it_is():
    brand = BrandFactory()
    texts = ["", r"\N", r"\.", "tab\there", "line\r\nbreak", "back\\slash", "'; --", "\x0b\u2028é🎬"]
    creator = Creator(brand=brand, handle="maya", created_at=LONG_AGO, tags=texts)
    posts = [Post(brand=brand, creator=creator, title=text, created_at=LONG_AGO) for text in texts]
    insert([creator])
    insert(posts)
    assert [Post.objects.get(pk=post.pk).title for post in posts] == texts
    assert Creator.objects.get().tags == texts


@pytest.mark.django_db
def test_rows_whose_key_is_taken_are_left_out_and_the_others_stored():
    brand = BrandFactory()
    first, second = (Creator(brand=brand, handle=handle, created_at=LONG_AGO) for handle in ("maya", "tom"))
    assert insert_new([])
    assert insert_new([first])
    again = Creator(brand=brand, handle="maya", created_at=LONG_AGO)
    assert not insert_new([again, second])
    assert set(Creator.objects.values_list("pk", flat=True)) == {first.pk, second.pk}


@pytest.mark.django_db
def test_columns_whose_key_is_taken_are_left_out_and_the_others_stored():
    brand = BrandFactory()
    rows = [Creator(brand=brand, handle=handle, created_at=LONG_AGO) for handle in ("maya", "maya", "tom")]

    def columns(*made):
        return {
            field.attname: [getattr(row, field.attname) for row in made]
            for field in Creator._meta.concrete_fields
        }

    assert insert_new_columns(Creator, columns(rows[0]))
    assert not insert_new_columns(Creator, columns(*rows[1:]))
    assert set(Creator.objects.values_list("pk", flat=True)) == {rows[0].pk, rows[2].pk}
