"""``audit``: who did what to what, for admins."""

from brands.models import AuditEntry
from brands.rules import Action
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.resource import Resource
from workplace.views.audit import AUDIT


class AuditAnswer(Answer):
    """One thing that was done. ``before`` and ``after`` hold what changed; never a code, token or password."""

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "actor_kind",
            "actor_id",
            "actor_label",
            "ip",
            "request_id",
            "action",
            "object_kind",
            "object_id",
            "object_label",
            "before",
            "after",
        )
        read_only_fields = fields


class Audit(Resource):
    """The audit of the brand: nobody changes it."""

    shelf = AUDIT
    answer = AuditAnswer
    needs = {"list": Action.READ_AUDIT, "retrieve": Action.READ_AUDIT}


urlpatterns = addresses("audit", Audit)
