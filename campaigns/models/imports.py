"""Imports of trackers: the run, its kept sheet, its preview, what it wrote; and what a brand's sheets mean."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from brands.models import BrandOwned, Invitation
from brands.querysets import BrandOwnedQuerySet
from campaigns.enums import ImportState, RowOutcome
from sparktrack.core.models import choices, one_of

_WAITING = [ImportState.READING.value, ImportState.APPLYING.value]


class ImportRun(BrandOwned):
    """One reading of somebody's sheet, and what came of it. Nothing in it ever holds a code.

    The table is the queue: a run in ``reading`` or ``applying`` waits for a worker (``begun_at`` null) or is in one's
    hands. ``attempt`` counts how often it was asked for; whoever worked on an earlier attempt can no longer write.
    """

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file_name = models.CharField(max_length=255)
    sheet = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=choices(ImportState))
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    # How large the kept sheet is; null: it is not kept (imports from the shell, discarded, older than 30 days).
    kept_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    # What was seen at the upload: sheets, header, guessed columns, samples with codes masked (importers.looking).
    look = models.JSONField(default=dict, blank=True)
    # What a person said of the sheet (campaigns.wishes.Wishes).
    wishes = models.JSONField(default=dict, blank=True)
    # Who asked last; the worker acts in their name.
    actor = models.JSONField(default=dict, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why nothing was written, or why one must look again, in the user's words.
    problem = models.CharField(max_length=500, blank=True)
    # What the preview planned, without values: an import that would do something else writes nothing.
    plan_digest = models.CharField(max_length=64, blank=True)
    # The zones dates were read in when it was applied: that of the brand under "", those of ad accounts by their ids.
    zones = models.JSONField(default=dict, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            one_of("state", ImportState, "importrun_state_known"),
            models.CheckConstraint(
                condition=Q(state=ImportState.UNDONE.value, undone_at__isnull=False)
                | (~Q(state=ImportState.UNDONE.value) & Q(undone_at__isnull=True)),
                name="importrun_undone_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_WAITING) | Q(asked_at__isnull=False, kept_bytes__isnull=False),
                name="importrun_asked_has_sheet",
            ),
        )
        indexes = (
            models.Index(fields=["brand", "-created_at", "-id"], name="importrun_newest"),
            models.Index(
                fields=["asked_at"],
                condition=Q(state__in=_WAITING),
                name="importrun_waiting",
            ),
        )

    def __str__(self) -> str:
        return self.file_name


class ImportPiece(BrandOwned):
    """A part of a kept sheet, sealed: sheets hold codes (campaigns.secrets)."""

    # No index of its own: the unique key begins with it.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    key_id = models.CharField(max_length=16)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "number"], name="importpiece_once"),)
        indexes = (models.Index(fields=["key_id", "id"], name="importpiece_by_key"),)

    def __str__(self) -> str:
        return f"part {self.number + 1}"


class ImportRow(BrandOwned):
    """One row of a sheet as the last preview saw it; codes in it are masked.

    ``cells``: texts in the order of the header. ``effects``: ``[{"kind", "effect", "label", "changes":
    [{"field", "before", "after"}]}]``. ``messages``: ``[{"column", "code", "message", "error"}]``. ``conflicts``:
    ``[{"kind": "end" | "revocation", "label", "on_file": {"at", "source", "checked_at"}, "in_sheet": {"at"}}]``
    (instants ISO in UTC), decided by the wishes of the run.
    """

    # No index of its own: the unique key begins with it.
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    outcome = models.CharField(max_length=9, choices=choices(RowOutcome))
    cells = models.JSONField(default=list)
    effects = models.JSONField(default=list)
    messages = models.JSONField(default=list)
    conflicts = models.JSONField(default=list)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["run", "number"], name="importrow_once"),
            one_of("outcome", RowOutcome, "importrow_outcome_known"),
        )
        indexes = (models.Index(fields=["run", "outcome", "number"], name="importrow_by_outcome"),)

    def __str__(self) -> str:
        return f"row {self.number}"


class ImportedRow(BrandOwned):
    """A row that an import created (``before`` null) or changed: what undo puts back.

    ``kind`` is the model (``post``, ``authorizationcode`` …). ``before`` and ``after`` hold the columns that the import
    changed, no others, as plain JSON. ``entries``: how many audit entries there were about the row before the import.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="touched", db_index=False)
    kind = models.CharField(max_length=20)
    object_id = models.UUIDField()
    label = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    entries = models.PositiveIntegerField(default=0)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["run", "id"], name="importedrow_by_run"),)

    def __str__(self) -> str:
        return self.label


class ColumnMeaning(BrandOwned):
    """What a column of this brand's sheets is, as somebody said; an empty ``field``: it goes to the notes."""

    header = models.CharField(max_length=120)  # without case, spaces and punctuation (tabular.fold_name)
    field = models.CharField(max_length=20, blank=True)

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["brand", "header"], name="columnmeaning_once"),)

    def __str__(self) -> str:
        return self.header


class OwnerName(BrandOwned):
    """Whom a name in this brand's sheets means: a member, or somebody who is invited."""

    name = models.CharField(max_length=254)  # without case and runs of blanks
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["brand", "name"], name="ownername_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=True, invitation__isnull=False)
                | Q(user__isnull=False, invitation__isnull=True),
                name="ownername_is_one",
            ),
        )

    def __str__(self) -> str:
        return self.name
