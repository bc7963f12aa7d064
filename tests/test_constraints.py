"""The database refuses what must never be true, whoever writes it: one case for every constraint of every model."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from alerts.models import Delivery
from authorizations.models import AccountLink, CodeRequest
from brands.models import AdAccount, BrandOwned, User
from campaigns.models import Flight
from posts.models import Post
from tests.truths import TODAY, TRUE, Cast
from tests.world import DAY, NOW

pytestmark = pytest.mark.django_db

APPS = {"brands", "creators", "posts", "authorizations", "campaigns", "alerts", "workplace"}
MODELS = [model for model in apps.get_models() if model._meta.app_label in APPS]

# constraint → what makes a true row a wrong one; where it is there twice, a true row is written before.
WRONG = {
    "user_email_is_lower_case": {"email": "A@example.com"},
    "brand_digest_hour_is_an_hour": {"digest_hour": 24},
    "brand_expiring_days_positive": {"expiring_days": 0},
    "membership_one_role_per_brand": {"role": "admin"},
    "membership_role_known": {"role": "owner"},
    "membership_deputy_period_ordered": {"deputy_from": TODAY, "deputy_until": TODAY - DAY},
    "membership_deputy_is_another": {"deputy": "@user"},
    "invitation_role_known": {"role": ""},
    "invitation_ends_after_start": {"expires_at": NOW},
    "invitation_email_is_lower_case": {"email": "A@example.com"},
    "apitoken_scope_known": {"scope": "admin"},
    "apitoken_ends_after_start": {"expires_at": NOW},
    "apitoken_has_name": {"name": ""},
    "adaccount_name_once": {"advertiser_id": "7002"},
    "adaccount_id_once": {"name": "UK"},
    "auditentry_actor_kind_known": {"actor_kind": "robot"},
    "attachment_subject_kind_known": {"subject_kind": "flight"},
    "attachment_file_or_link": {"file": "x.pdf", "sha256": "0"},
    "attachment_file_has_hash": {"file": "x.pdf", "link": ""},
    "creator_handle_once": {},
    "creator_handle_is_clean": {"handle": "Maya"},
    "brief_title_once": {},
    "post_id_once": {"url": ""},
    "post_url_once": {"tiktok_post_id": ""},
    "post_use_case_known": {"use_case": "dance"},
    "post_lane_known": {"lane": "fast"},
    "post_payment_state_known": {"payment_state": ""},
    "post_method_known": {"method": ""},
    "post_id_is_digits": {"tiktok_post_id": "12345678901234"},
    "stageevent_stage_known": {"stage": "danced"},
    "stageevent_once": {},
    "metricssnapshot_source_known": {"source": "dream"},
    "metricssnapshot_once": {},
    "code_once_in_brand": {"post": "@bare_post"},
    "code_ends_after_start": {"expires_at": NOW},
    "code_window_is_positive": {"window_days": 0},
    "code_end_source_known": {"end_source": "dream"},
    "code_error_only_if_rejected": {"rejected_error": "4025"},
    "codeuse_once_per_account": {},
    "codeuse_once_without_account": {"ad_account": None},
    "coderequest_one_open": {"window_days": 60},
    "coderequest_window_is_positive": {"window_days": 0},
    "coderequest_answer_is_whole": {"answered_at": NOW},
    "coderequest_answered_after_asking": {
        "answered_by": "@code",
        "answered_at": NOW - timedelta(microseconds=1),
    },
    "coderequest_withdrawn_after_asking": {"withdrawn_at": NOW - timedelta(microseconds=1)},
    "accountlink_ends_after_start": {"ends_at": NOW},
    "accountlink_one_open": {"starts_at": NOW + DAY},
    "right_on_one_thing": {"creator": "@creator"},
    "right_end_said_once": {"term_days": 3, "term_months": 1},
    "right_end_needs_start": {"starts_on": None, "starts_at": None, "trigger": "posting", "ends_at": NOW},
    "right_fixed_has_start": {"starts_on": None, "starts_at": None},
    "right_instant_beside_date": {"starts_at": None},
    "right_ends_after_start": {"ends_at": NOW},
    "right_trigger_known": {"trigger": "dream"},
    "postgap_ends_after_start": {"ends_at": NOW - timedelta(microseconds=1)},
    "postgap_start_once": {},
    "postgap_one_from_ever": {"starts_at": None},
    "postgap_has_reasons": {"reasons": ""},
    "campaign_name_once": {},
    "flight_ends_after_start": {"starts_on": TODAY, "starts_at": NOW, "ends_on": TODAY, "ends_at": NOW},
    "flight_start_beside_date": {"starts_at": NOW},
    "flight_end_beside_date": {"ends_on": TODAY, "ends_at": NOW},
    "flight_spend_not_negative": {"daily_spend": "-0.01"},
    "flight_spend_source_known": {"spend_source": "dream"},
    "flight_run_anyway_has_reason": {"run_anyway_at": NOW},
    "importrun_state_known": {"state": "dreamt"},
    "importrun_undone_has_time": {"state": "undone"},
    "importrun_asked_has_sheet": {"state": "reading", "asked_at": NOW},
    "importpiece_once": {},
    "importrow_once": {},
    "importrow_outcome_known": {"outcome": "dream"},
    "columnmeaning_once": {},
    "ownername_once": {},
    "ownername_is_one": {"user": None},
    "alert_step_once": {"closed_at": NOW, "outcome": "skipped"},
    "alert_one_open_per_lapse": {"step": 1},
    "alert_kind_known": {"kind": "dream"},
    "alert_outcome_known": {"closed_at": NOW, "outcome": "dream"},
    "alert_step_known": {"step": -2},
    "alert_closed_has_outcome": {"closed_at": NOW},
    "alert_snooze_has_end": {"snooze_reason": "later"},
    "alertflight_once": {},
    "notice_once_a_day": {"form": "round"},
    "notice_first_once": {"repeat_on": None},
    "notice_form_known": {"form": "dream"},
    "channel_name_once": {"kind": "discord"},
    "channel_kind_known": {"kind": "fax"},
    "channel_webhook_has_secret": {"kind": "webhook"},
    "channel_old_secret_has_end": {"old_secret": b"x"},
    "delivery_once_to_person": {},
    "delivery_once_to_channel": {"user": None, "channel": "@channel"},
    "delivery_to_person_or_channel": {"channel": "@channel"},
    "delivery_kind_known": {"kind": "dream"},
    "delivery_state_known": {"state": "dreamt", "finished_at": NOW},
    "delivery_sending_has_lease": {"state": "sending"},
    "delivery_finished_is_dated": {"state": "sent"},
    "attempt_number_once": {},
    "attempt_outcome_known": {"outcome": "dream", "finished_at": NOW},
    "attempt_end_has_outcome": {"finished_at": NOW},
    "alertwish_one_per_kind": {"wish": "nothing"},
    "alertwish_kind_known": {"kind": "dream"},
    "alertwish_wish_known": {"wish": "dream"},
    "morninghour_is_an_hour": {"hour": 24},
    "calendarevent_once": {},
    "calendarevent_kind_known": {"kind": "dream"},
    "calendarevent_day_or_instant": {"at": None},
    "brand_window_is_one_of_tiktoks": {"window_days": 14},
    "savedpeak_name_once": {},
    "savedpeak_has_name": {"name": ""},
    "savedpeak_ends_after_start": {"last_on": date(2026, 1, 1)},
    "savedview_place_known": {"place": "dreams"},
    "savedview_name_once": {},
    "savedview_has_name": {"name": ""},
    "listchoice_place_known": {"place": "dreams"},
    "listchoice_once": {},
}
# More ways to break the same truth.
MORE = [
    ("creator_handle_is_clean", {"handle": ""}),
    ("creator_handle_is_clean", {"handle": "@maya"}),
    ("post_id_is_digits", {"tiktok_post_id": "76902481114203456x4"}),
    ("attachment_file_or_link", {"link": ""}),
    ("coderequest_answer_is_whole", {"answered_by": "@code"}),
    ("coderequest_answer_is_whole", {"answered_by": "@code", "answered_at": NOW, "withdrawn_at": NOW}),
    ("right_on_one_thing", {"post": None}),
    ("right_on_one_thing", {"brief": "@brief"}),
    ("right_end_said_once", {"ends_on": TODAY, "perpetual": True}),
    ("right_end_said_once", {"ends_on": TODAY, "term_months": 1}),
    ("right_end_said_once", {"term_days": 1, "perpetual": True}),
    ("right_instant_beside_date", {"starts_on": None, "trigger": "posting"}),
    ("flight_start_beside_date", {"starts_on": TODAY}),
    ("flight_end_beside_date", {"starts_on": TODAY, "starts_at": NOW, "ends_on": TODAY}),
    ("flight_end_beside_date", {"starts_on": TODAY, "starts_at": NOW, "ends_at": NOW + DAY}),
    ("flight_run_anyway_has_reason", {"run_anyway_reason": "x"}),
    ("membership_role_known", {"role": ""}),
    ("importrun_undone_has_time", {"undone_at": NOW}),
    ("importrun_asked_has_sheet", {"state": "applying", "kept_bytes": 1}),
    ("ownername_is_one", {"invitation": "@invitation"}),
    ("alert_closed_has_outcome", {"outcome": "resolved"}),
    ("alert_snooze_has_end", {"snoozed_by": "@user"}),
    ("channel_old_secret_has_end", {"old_secret_until": NOW}),
    ("delivery_to_person_or_channel", {"user": None}),
    ("delivery_sending_has_lease", {"lease": "@subject"}),
    ("delivery_sending_has_lease", {"lease_until": NOW}),
    ("delivery_finished_is_dated", {"finished_at": NOW}),
    ("delivery_finished_is_dated", {"state": "sent", "finished_at": NOW, "message": b"x"}),
    ("attempt_end_has_outcome", {"outcome": "accepted"}),
    ("calendarevent_day_or_instant", {"on": TODAY}),
]

# What the row that is there before differs in, where a key is not broken by the usual one.
FIRST: dict[str, dict[str, Any]] = {
    "codeuse_once_without_account": {"ad_account": None},
    "postgap_one_from_ever": {"starts_at": None},
    "notice_first_once": {"repeat_on": None},
    "delivery_once_to_channel": {"user": None, "channel": "@channel"},
}

CONSTRAINTS = {
    constraint.name: (model, constraint) for model in MODELS for constraint in model._meta.constraints
}


@pytest.fixture
def cast():
    return Cast()


def test_every_constraint_has_a_case():
    assert WRONG.keys() == CONSTRAINTS.keys()
    assert TRUE.keys() == set(MODELS)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_what_is_true_is_kept(cast, model):
    cast.row(model).save(force_insert=True)


@pytest.mark.parametrize(("name", "wrong"), [*WRONG.items(), *MORE])
def test_the_database_refuses(cast, name, wrong):
    model, constraint = CONSTRAINTS[name]
    unique = isinstance(constraint, models.UniqueConstraint)
    if unique:
        cast.row(model, **FIRST.get(name, {})).save(force_insert=True)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        cast.row(model, **wrong).save(force_insert=True)
    # SQLite names the columns of a unique key, not the key.
    if not (unique and connection.vendor == "sqlite"):
        assert name in str(refused.value)


@pytest.mark.parametrize(
    "name", [name for name, (_, one) in CONSTRAINTS.items() if isinstance(one, models.UniqueConstraint)]
)
def test_what_is_there_once_is_once_in_a_brand_not_in_all(name):
    model, constraint = CONSTRAINTS[name]
    keyed = constraint.fields[0] == "brand"
    through = model._meta.get_field(constraint.fields[0]).related_model
    assert keyed or issubclass(
        through, BrandOwned | User | Delivery
    )  # what belongs to one brand, or to a person
    for _ in range(2):
        Cast().row(model).save(force_insert=True)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (AdAccount, {"advertiser_id": "", "name": "another"}),
        (Post, {"tiktok_post_id": "", "url": ""}),
        (AccountLink, {"ends_at": NOW + DAY}),
        (CodeRequest, {"answered_by": "@code", "answered_at": NOW}),
        (CodeRequest, {"withdrawn_at": NOW}),
    ],
)
def test_what_is_empty_or_over_may_be_there_many_times(cast, model, values):
    for number in range(2):
        more = {"name": f"a{number}"} if "name" in values else {}
        cast.row(model, **{**values, **more}).save(force_insert=True)


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (model, field.name)
        for model in MODELS
        for field in model._meta.concrete_fields
        if not field.null
        and not field.primary_key
        and not field.has_default()
        and not field.empty_strings_allowed
    ],
    ids=str,
)
def test_what_must_be_known_cannot_be_null(cast, model, field):
    row = cast.row(model)
    setattr(row, model._meta.get_field(field).attname, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_row_that_others_stand_on_is_not_deleted(cast):
    cast.row(Flight).save(force_insert=True)
    for needed in (cast.creator, cast.post, cast.campaign):
        with pytest.raises(models.ProtectedError):
            needed.delete()
