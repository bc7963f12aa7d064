"""Every page of the Django admin of every app: opened as staff, closed to others, without secrets, in few queries."""

import re

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alerts.models import Heartbeat
from authorizations.models import AuthorizationCode, PostGap
from authorizations.operations.codes import Use, mark_applied
from authorizations.operations.links import LinkDraft, open_links
from authorizations.secrets import open_code
from brands.models import AuditEntry, Membership, User
from campaigns.demo import load_demo, new_logins
from campaigns.enums import ImportState
from campaigns.models import ColumnMeaning, ImportedRow, ImportPiece, ImportRow, ImportRun, OwnerName
from posts.enums import MetricsSource, Stage
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.admin import ReadOnlyAdmin
from tests.adminpages import BACKEND, add_url, change_url, list_url, our_models, staff_client
from tests.alerts import scenes
from tests.factories import MembershipFactory, UserFactory
from tests.world import NOW, World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NAMES = (
    "user brand membership invitation adaccount auditentry attachment creator brief post stageevent metricssnapshot "
    "authorizationcode coderequest codeuse accountlink usageright postgap campaign flight importrun "
    "importpiece importrow importedrow columnmeaning ownername delivery attempt heartbeat"
).split()


def one_of_each(world):
    """One more row of every model but people's own."""
    brief = add_briefs(drafts=[{"title": f"Brief {world.post().pk}"}], **world.by)[0]
    member = MembershipFactory(brand=world.brand, deputy=UserFactory()).user
    creator = world.creator(details={"manager": member})
    post, account = world.post(creator, brief=brief), world.account()
    code = world.code(post, NOW, source_post_code="#the code of the duet's source post, all of it=")
    mark_applied(uses=[Use(code, account)], **world.by)
    open_links(drafts=[LinkDraft(creator, account, NOW)], **world.by)
    record_stages(stages=[StageReached(post, Stage.POSTED, NOW)], **world.by)
    record_metrics(metrics=[Metrics(post, NOW, MetricsSource.PERSON, {"views": 7})], **world.by)
    world.right(NOW.date(), post=post)
    world.right(NOW.date(), brief=brief)
    world.right(NOW.date(), creator=creator)
    world.flight(post, NOW.date(), ad_account=account, buyer=member)
    run = ImportRun.objects.create(
        brand=world.brand,
        by=UserFactory(),
        file_name="a.csv",
        sha256=post.pk.hex,
        state=ImportState.APPLIED,
        created_at=NOW,
    )
    rows_of_import(run, member)
    messages_to(world, member)


def messages_to(world, member):
    """What went out, and that somebody is there to send it."""
    for to in (member, scenes.channel(world)):
        scenes.tried(scenes.message(to, NOW))
    Heartbeat.objects.create(name=f"part {member.pk}"[:40], at=NOW)


def rows_of_import(run, member):
    """What stands beside a run."""
    of_run = {"brand": run.brand, "run": run}
    ImportPiece.objects.create(**of_run, number=0, key_id="1", ciphertext=b"sealed", created_at=NOW)
    ImportRow.objects.create(**of_run, number=2, outcome="create")
    ImportedRow.objects.create(**of_run, kind="post", object_id=member.pk, label="A post")
    ColumnMeaning.objects.create(brand=run.brand, header=run.pk.hex)
    OwnerName.objects.create(brand=run.brand, name=run.pk.hex, user=member)


def test_every_model_is_there():
    assert sorted(model._meta.model_name for model in our_models()) == sorted(NAMES)


def test_every_list_search_filter_and_page_opens_for_staff():
    brand = load_demo(logins=new_logins(), now=NOW)
    World(slug="other")
    run = ImportRun.objects.create(
        brand=brand, file_name="a.csv", sha256="0", state=ImportState.REFUSED, created_at=NOW
    )
    rows_of_import(run, UserFactory())
    messages_to(World(), UserFactory())
    client = staff_client()
    opened = 0
    for model in our_models():
        page = client.get(list_url(model))
        assert page.status_code == 200, model
        assert client.get(list_url(model), {"q": "northbeam maya"}).status_code == 200
        changelist = page.context["cl"]
        for spec in changelist.filter_specs:
            *_, choice = spec.choices(changelist)
            assert client.get(list_url(model) + choice["query_string"]).status_code == 200, choice
        every_column = ".".join(str(number) for number in range(1, len(changelist.list_display)))
        assert client.get(list_url(model), {"o": every_column}).status_code == 200
        can_add = site._registry[model].has_add_permission(page.wsgi_request)
        assert client.get(add_url(model)).status_code == (200 if can_add else 403), model
        row = model._default_manager.order_by("-pk").first()
        if row is not None:
            assert client.get(change_url(row)).status_code == 200, model
            opened += 1
    assert opened == len(NAMES) - 1  # the demo has no attachment


def test_a_search_starts_at_the_brand_or_the_creator():
    load_demo(logins=new_logins(), now=NOW)
    other = World()
    other.post(other.creator("maya.glow"))
    found = staff_client().get(list_url(AuthorizationCode), {"q": "northbeam maya.g"}).context["cl"].queryset
    assert found.count() == 5
    assert {code.post.creator.handle for code in found} == {"maya.glow"}


@pytest.mark.parametrize("who", ["anonymous", "admin of a brand", "staff without permissions"])
def test_nobody_else_sees_any_page(who):
    brand = load_demo(logins=new_logins(), now=NOW)
    client = Client()
    if who == "admin of a brand":
        client.force_login(Membership.objects.get(brand=brand, role="admin").user, BACKEND)
    elif who == "staff without permissions":
        client.force_login(UserFactory(is_staff=True), BACKEND)
    entries = AuditEntry.objects.count()
    for model in our_models():
        row = model._default_manager.first() or User.objects.first()
        for url in (list_url(model), add_url(model), change_url(row)):
            answers = {client.get(url).status_code, client.post(url, {"action": "end"}).status_code}
            assert answers <= {302, 403}, (url, answers)
    assert AuditEntry.objects.count() == entries


def test_no_page_shows_a_code_its_ciphertext_or_its_fingerprint():
    load_demo(logins=new_logins(), now=NOW)
    one_of_each(World())
    code = AuthorizationCode.objects.latest("pk")
    assert code.source_post_ciphertext
    secrets = [open_code(code), code.fingerprint, "the duet's source post", bytes(code.ciphertext).hex()]
    secrets += [str(bytes(code.ciphertext)), str(code.ciphertext), "argon2"]
    client = staff_client()
    shown = ""
    for model in our_models():
        shown += client.get(list_url(model)).content.decode()
        for row in model._default_manager.order_by("-pk")[:3]:
            shown += client.get(change_url(row)).content.decode()
    assert f"code ending {code.ending}" in shown
    for secret in secrets:
        assert secret not in shown


def test_no_list_asks_more_queries_for_more_rows():
    world, client = World(), staff_client()

    def queries():
        counted = {}
        for model in our_models():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(list_url(model)).status_code == 200
            counted[model.__name__] = len(captured)
        return counted

    one_of_each(world)
    queries()  # the first request of a session writes it
    few = queries()
    for _ in range(3):
        one_of_each(World())
        one_of_each(world)
    assert queries() == few
    assert max(few.values()) <= 8


def test_what_is_derived_or_history_is_only_shown():
    load_demo(logins=new_logins(), now=NOW)
    client = staff_client()
    gap, entry = PostGap.objects.first(), AuditEntry.objects.first()
    for row in (gap, entry):
        page = client.get(change_url(row)).content.decode()
        assert not re.search(r'name="(reasons|action_|after|starts_at_0|_save)"', page)
        assert client.post(change_url(row), {"reasons": "no_code", "action": "x"}).status_code == 403
    read_only = {model.__name__ for model in our_models() if isinstance(site._registry[model], ReadOnlyAdmin)}
    of_imports = {"ImportRun", "ImportPiece", "ImportRow", "ImportedRow", "ColumnMeaning", "OwnerName"}
    of_alerts = {"Delivery", "Attempt", "Heartbeat"}
    assert read_only == {"AuditEntry", "Attachment", "CodeRequest", "PostGap"} | of_imports | of_alerts


def test_nothing_can_be_deleted():
    load_demo(logins=new_logins(), now=NOW)
    client = staff_client()
    for model in our_models():
        row = model._default_manager.first()
        if row is not None:
            assert client.get(change_url(row).replace("/change/", "/delete/")).status_code == 403, model
            before = model._default_manager.count()
            chosen = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
            client.post(list_url(model), chosen)
            assert model._default_manager.count() == before
