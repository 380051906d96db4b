"""What the API answers and is sent, as far as the client uses it.

A class has the name that `frontend/openapi.json` gives it; a test compares every field with it.
Fields that a newer server has besides are left out, so that an old client goes on working.
"""

from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")
# States stay text: a newer server may know more of them.
JOB_UNFINISHED: Final = ("queued", "running")
JOB_SUCCEEDED: Final = "succeeded"
PREPARE: Final = "prepare_images"
BEFORE_WORK: Final = (
    "import_uploads",
    "import_archive",
    "import_dataset",
    PREPARE,
)  # kinds of jobs
UPLOAD_UNFINISHED: Final = ("pending", "checking")
UPLOAD_NORMALISED: Final = "normalised"
UPLOAD_REFUSED: Final = "refused"
IMPORT_CHECKING: Final = "checking"
IMPORT_READY: Final = "ready"
IMPORT_UNREADABLE: Final = "unreadable"
IMPORT_IMPORTING: Final = "importing"
IMPORT_IMPORTED: Final = "imported"
IMPORT_UNDOING: Final = "undoing"


class Model(BaseModel):
    """A JSON object of the API, not to be changed."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Model, Generic[Item]):
    """One page of a list that is read by cursor."""

    results: list[Item]
    next: str | None


class User(Model):
    id: int
    username: str


class Session(Model):
    user: User | None
    max_upload_bytes: int


class Login(Model):
    username: str
    password: str = Field(repr=False)


class TokenInput(Model):
    name: str
    scope: str
    expires_in_days: int


class NewToken(Model):
    """A token as it is shown once, at its making."""

    id: int
    prefix: str
    scope: str
    expires_at: datetime
    token: str = Field(repr=False)


class ProjectCard(Model):
    """A project in the list of one's own."""

    id: int
    name: str
    description: str
    role: str
    images: int
    done: int


class Label(Model):
    id: int
    name: str
    color: str
    deleted: bool


class Counts(Model):
    images: int
    todo: int
    done: int
    returned: int
    reviewed: int
    holdout: int
    masks: int
    proposals_pending: int


class Serving(Model):
    bundle: str
    round: int | None  # None: pretrained


class Project(Model):
    id: int
    name: str
    description: str
    role: str
    labels: list[Label]
    counts: Counts
    serving: Serving | None


class ProjectInput(Model):
    name: str
    description: str = ""
    holdout_share: float = 0.1


class Image(Model):
    id: int
    file_name: str
    width: int
    height: int
    status: str
    version: int
    masks: int
    proposals: int
    is_holdout: bool
    assignee: str | None


class NewGroups(Model):
    group_by: str  # as engine.datasets.grouping has it
    regroup: bool = False  # images that have a group, too
    dry_run: bool = False


class ImageGroup(Model):
    name: str
    images: int


class NamedGroups(Model):
    images: int
    groups: int
    largest: list[ImageGroup]


class GivenGroups(Model):
    """What became of images that were to get a group, or would."""

    given: NamedGroups
    divided: NamedGroups  # that would lie on both sides of the holdout: none of theirs got them
    kept: int  # images that keep another group
    nameless: int  # images without a group whose names tell none either


class UploadInput(Model):
    id: UUID
    file_name: str
    bytes: int
    batch: UUID | None = None  # the same of files that are sent together
    group_by: str = ""  # as engine.datasets.grouping has it


class UploadPart(Model):
    """PUT the bytes from_byte up to but not including to_byte there."""

    number: int
    url: str
    from_byte: int
    to_byte: int


class BegunUpload(Model):
    id: UUID
    state: str
    parts: list[UploadPart]  # those still missing


class SentPart(Model):
    number: int
    etag: str


class CompleteUpload(Model):
    parts: list[SentPart]


class CompletedUpload(Model):
    id: UUID
    state: str


class Upload(Model):
    """What became of one file."""

    id: UUID
    file_name: str
    state: str
    message: str
    image: int | None
    images_import: UUID  # that of the images which were sent together, once one of them came

    @property
    def is_in_part(self) -> bool:
        """Whether it is an archive whose images came in, and what may be annotations did not."""
        return self.state == UPLOAD_NORMALISED and self.image is None


class Job(Model):
    id: int
    kind: str
    state: str
    progress_done: int
    progress_total: int
    message: str
    error: str
    stalled: bool


class DatasetFormat(Model):
    name: str
    title: str  # for people


class DatasetImport(Model):
    """A dataset of another tool that was sent; its id is that of the upload."""

    id: UUID
    file_name: str
    bucket: str = ""  # that it lies in; "": it was sent
    prefix: str = ""  # the folder or file there
    group_by: str = ""  # as engine.datasets.grouping has it
    format: str  # "": it is not clear
    title: str
    candidates: list[DatasetFormat]  # what it may be
    state: str
    message: str
    finished: bool = False  # its masks came in as finished work
    proposals_by: str = ""  # the model whose proposals they are
    found: dict[str, int]  # what would come in
    brought: dict[str, int]  # what came in; after an undo, what went
    problems_count: int
    job: Job | None  # the last one
    created_at: datetime

    @property
    def is_in_part(self) -> bool:
        """Whether it is images of a bucket, and what may be their annotations does not come in."""
        return self.state in {IMPORT_READY, IMPORT_IMPORTED} and self.message != ""


class ImportProblem(Model):
    """A part of a dataset that cannot be used."""

    file: str
    field: str
    row: int | None  # a line, or a place in the field's list
    fault: str


class ImportedDataset(DatasetImport):
    """The same with what of it cannot be used, as far as the server keeps that."""

    problems: list[ImportProblem]


class StartedImport(Model):
    finished: bool
    proposals_by: str = ""


class BucketImport(Model):
    id: UUID
    bucket: str
    prefix: str
    group_by: str = ""  # as engine.datasets.grouping has it


class ChosenFormat(Model):
    format: str


class Export(Model):
    id: UUID
    format: str
    title: str
    state: str
    options: dict[str, Any]
    losses: dict[str, int]  # what the format could not hold, by trait
    anneal_only: dict[str, int] | None = None  # what it holds where other tools do not look
    notes: list[str] = []
    bytes: int
    sha256: str
    download_url: str | None
    is_closed: bool
    is_expired: bool = False  # nobody asked for it for a while: exported again, it is the same
    expires_at: datetime | None = None
    job: Job
    created_at: datetime


class BegunExport(Export):
    """An export as it was asked for."""

    was_there: bool  # the same had been asked for before, and this is that one


class ExportOffer(Model):
    """A format, what it cannot hold by trait, and what only Anneal reads back; None: not known."""

    format: str
    title: str
    kind: str = "masks"  # of what it is made for: masks, words, or the manifest
    losses: dict[str, int] | None
    anneal_only: dict[str, int] | None = None
    notes: list[str] = []


class Criteria(Model):
    """What of a project a version holds; whatever is None chooses nothing."""

    splits: list[str] | None = None  # of train, holdout and unfinished
    labels: list[int] | None = None  # only masks of these, by id
    drop_empty: bool | None = None  # leave out images without any of these masks
    reviewed: bool | None = None  # only what a reviewer accepted
    agreement: float | None = None  # at least, of images that several people did
    rounds: list[int] | None = None  # whose model proposed; 0: the pretrained one
    finished_from: date | None = None  # the first day, by UTC
    finished_to: date | None = None  # the last
    groups: list[str] | None = None
    val_share: float | None = None  # of train, drawn by hash


class NamedQuery(Model):
    """A saved query as a version names it."""

    id: int
    name: str
    number: int  # of this name


class VersionQuery(NamedQuery):
    """A saved query, the newest of its name."""

    criteria: Criteria
    created_by: str | None = None
    created_at: datetime


class NewVersionQuery(Model):
    name: str
    criteria: Criteria


class AskedCriteria(Model):
    criteria: Criteria


class SplitCounts(Model):
    images: int
    masks: int


class VersionLook(Model):
    """What a version would hold that was cut now."""

    images: int
    masks: int
    splits: dict[str, SplitCounts]
    meeting: dict[str, int]  # where it would be empty: how many images meet each criterion


class VersionCounts(Model):
    images: int
    train: int
    val: int = 0  # cut out of train
    holdout: int
    unfinished: int
    masks: int
    transcripts: int
    captions: int


class TrainedBundle(Model):
    """A bundle that learned from a version."""

    bundle: str
    round: int | None = None
    alias: str | None = None


class Version(Model):
    id: str  # sha256 of the manifest
    counts: VersionCounts
    criteria: Criteria = Criteria()
    cut_from: NamedQuery | None = None
    note: str
    tags: list[str]
    created_at: datetime
    created_by: str | None = None
    rounds: list[int]
    bundles: list[TrainedBundle] = []  # that learned from it
    exports: list[Export]  # the last few
    exports_count: int = 0  # how many there are


class MaskChange(Model):
    """A mask that differs between two versions."""

    mask: UUID
    kind: str
    fields: list[str]
    label_before: str | None
    label_after: str | None
    iou: float | None  # of both shapes, if these differ


class FieldChange(Model):
    """What both versions say; None where one does not have the image."""

    before: str | None
    after: str | None


class CaptionChange(FieldChange):
    kind: str
    mask: UUID | None  # None: it is the image's


class ChangedImage(Model):
    """An image that differs between two versions."""

    sha256: str
    file_name: str
    kind: str
    fields: list[str]
    split: FieldChange
    group: FieldChange
    captions: list[CaptionChange]
    masks: list[MaskChange]


class NewTag(Model):
    name: str


class VersionNote(Model):
    note: str


class ImageVersion(Model):
    """A version that holds an image, and what it holds of it."""

    id: str
    tags: list[str]
    note: str
    created_at: datetime
    split: str
    masks: int
    captions: int


class NewVersion(Model):
    note: str
    criteria: Criteria | None = None
    query: int | None = None  # a saved one, in place of criteria


class VersionCut(Model):
    """A version that was asked for, and which it became once its job has succeeded."""

    id: UUID
    version: str | None
    note: str
    job: Job


class ExportChoice(Model):
    """What of a version leaves, and under which names."""

    splits: list[str]
    labels: dict[str, str | None]
    images: bool


class NewExport(ExportChoice):
    id: UUID
    format: str
    addresses: bool


class RoundWithoutEffort(Model):
    """A round; its figures are as the server's schema describes them."""

    id: int | None  # None: the pretrained bundle
    number: int
    state: str
    trigger: str
    parts: list[str]
    dataset_version: str | None
    base_bundle: str | None
    bundle: str | None
    metrics: dict[str, Any]
    decision: str
    created_at: datetime
    finished_at: datetime | None
    job: Job | None


class Round(RoundWithoutEffort):
    """The same with what people's effort was while its proposals were corrected."""

    effort: dict[str, Any] | None  # None: for managers alone


class RoundWithCurve(RoundWithoutEffort):
    """The same with its loss, step by step."""

    curve: list[dict[str, Any]]


class GateOutlook(Model):
    """What the gate wants of the holdout to judge a part of a round by, and what is there."""

    part: str
    has_news: bool  # a round that is asked for no part trains it
    wanted: int
    there: int
    images: int
    most_of_one: int
    is_enough: bool
    others: list[str] = []  # why other projects that it must not forget cannot judge it
    words: str  # what is missing, there too, if anything


class Retrain(Model):
    id: UUID
    parts: list[str] | None = None


class LearnedFrom(Model):
    """The version that a bundle was trained on."""

    version: str
    images: int
    masks: int


class RegisteredBundle(Model):
    bundle: str
    learned_from: LearnedFrom | None = None  # None: pretrained
    round: int | None = None
    alias: str | None
    base: str | None = None
    made_at: datetime
    has_recipe: bool = False  # it can be made again


class RebuiltFile(Model):
    """One file of a bundle beside what was made again; sha256, or None where there is none."""

    name: str
    recorded: str | None
    made: str | None
    note: str


class Rebuild(Model):
    """A bundle that was made again, and how its files compare once its job has succeeded."""

    id: UUID
    bundle: str
    is_equal: bool | None  # None: not compared yet
    files: list[RebuiltFile]
    changes: list[str]  # what was not as it had been, in words
    metrics: dict[str, Any]  # where files differ, both on the holdout; `serving` is the bundle
    is_within_noise: bool | None  # None: not measured
    verdict: str  # what they come to, in words; empty: not compared, or every file is equal
    job: Job
    created_by: str | None = None
    created_at: datetime


class ServingSeen(Model):
    serving: str


class Promotion(Model):
    serving: str
    reason: str


class NowServing(Model):
    bundle: str
    round: int | None
