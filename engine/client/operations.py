"""The operations of the API that the client uses: address, what is sent, what is answered.

A test holds each of them against `frontend/openapi.json`.
"""

from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, Generic, TypeVar

from engine.client.models import (
    AskedCriteria,
    BegunUpload,
    BucketImport,
    ChangedImage,
    ChosenFormat,
    CompletedUpload,
    CompleteUpload,
    DatasetImport,
    Export,
    ExportChoice,
    ExportOffer,
    GateOutlook,
    GivenGroups,
    Image,
    ImageVersion,
    ImportProblem,
    Job,
    Login,
    Model,
    NewExport,
    NewGroups,
    NewTag,
    NewToken,
    NewVersion,
    NewVersionQuery,
    NowServing,
    Page,
    Project,
    ProjectCard,
    ProjectInput,
    Promotion,
    Rebuild,
    RegisteredBundle,
    Retrain,
    Round,
    RoundWithCurve,
    RoundWithoutEffort,
    ServingSeen,
    Session,
    StartedImport,
    TokenInput,
    Upload,
    UploadInput,
    Version,
    VersionCut,
    VersionLook,
    VersionNote,
    VersionQuery,
)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Operation(Generic[Answer]):
    """One method of one address; the names in its path are those of the schema."""

    method: str
    path: str
    answer: type[Answer]  # NoneType: nothing, or a redirect
    body: type[Model] | None = None
    query: tuple[str, ...] = ()


def _get(path: str, answer: type[Answer], *query: str) -> Operation[Answer]:
    return Operation("GET", path, answer, query=query)


def _post(path: str, body: type[Model] | None, answer: type[Answer]) -> Operation[Answer]:
    return Operation("POST", path, answer, body)


_IMPORT: Final = "/api/dataset-imports/{dataset_import_id}"
SESSION: Final = _get("/api/session", Session)
LOG_IN: Final = _post("/api/session", Login, Session)
LOG_OUT: Final = Operation("DELETE", "/api/session", NoneType)
CREATE_TOKEN: Final = _post("/api/tokens", TokenInput, NewToken)
PROJECTS: Final = _get("/api/projects", Page[ProjectCard], "cursor")
CREATE_PROJECT: Final = _post("/api/projects", ProjectInput, Project)
PROJECT: Final = _get("/api/projects/{project_id}", Project)
JOBS: Final = _get("/api/projects/{project_id}/jobs", Page[Job], "cursor")
CANCEL_JOB: Final = _post("/api/jobs/{job_id}/cancel", None, Job)
IMAGES: Final = _get(
    "/api/projects/{project_id}/images", Page[Image], "status", "search", "trash", "cursor"
)
GIVE_GROUPS: Final = _post("/api/projects/{project_id}/image-groups", NewGroups, GivenGroups)
UPLOADS: Final = _get("/api/projects/{project_id}/uploads", Page[Upload], "id", "cursor")
BEGIN_UPLOAD: Final = _post("/api/projects/{project_id}/uploads", UploadInput, BegunUpload)
CANCEL_UPLOAD: Final = Operation(
    "DELETE", "/api/projects/{project_id}/uploads/{upload_id}", NoneType
)
COMPLETE_UPLOAD: Final = _post("/api/uploads/{upload_id}/complete", CompleteUpload, CompletedUpload)
DATASET_IMPORTS: Final = _get(
    "/api/projects/{project_id}/dataset-imports",
    Page[DatasetImport],
    *("bucket", "prefix", "cursor"),
)
IMPORT_SOURCES: Final = _get("/api/projects/{project_id}/import-sources", list[str])
BUCKET_IMPORT: Final = _post(
    "/api/projects/{project_id}/bucket-imports", BucketImport, DatasetImport
)
DATASET_IMPORT: Final = _get(_IMPORT, DatasetImport)
DISCARD_IMPORT: Final = Operation("DELETE", _IMPORT, NoneType)
CHECK_IMPORT: Final = _post(f"{_IMPORT}/check", ChosenFormat, DatasetImport)
START_IMPORT: Final = _post(f"{_IMPORT}/start", StartedImport, DatasetImport)
UNDO_IMPORT: Final = _post(f"{_IMPORT}/undo", None, DatasetImport)
IMPORT_IMAGES: Final = _post(f"{_IMPORT}/images", None, DatasetImport)
IMPORT_PROBLEMS: Final = _get(f"{_IMPORT}/problems", Page[ImportProblem], "cursor")
REFUSED_ROWS: Final = _get(f"{_IMPORT}/refused", NoneType)
VERSIONS: Final = _get("/api/projects/{project_id}/versions", Page[Version], "cursor")
VERSION: Final = _get("/api/versions/{version_id}", Version, "project")
CUT_VERSION: Final = _post("/api/projects/{project_id}/versions", NewVersion, VersionCut)
VERSION_CUT: Final = _get("/api/version-cuts/{version_cut_id}", VersionCut)
LOOK_AT_VERSION: Final = _post(
    "/api/projects/{project_id}/version-look", AskedCriteria, VersionLook
)
VERSION_QUERIES: Final = _get(
    "/api/projects/{project_id}/version-queries", Page[VersionQuery], "cursor"
)
SAVE_VERSION_QUERY: Final = _post(
    "/api/projects/{project_id}/version-queries", NewVersionQuery, VersionQuery
)
DROP_VERSION_QUERY: Final = Operation("DELETE", "/api/version-queries/{version_query_id}", NoneType)
TAG_VERSION: Final = _post("/api/versions/{version_id}/tags", NewTag, Version)
UNTAG_VERSION: Final = Operation("DELETE", "/api/versions/{version_id}/tags/{tag_name}", NoneType)
NOTE_VERSION: Final = Operation("PUT", "/api/versions/{version_id}/note", Version, VersionNote)
IMAGE_VERSIONS: Final = _get("/api/images/{image_id}/versions", Page[ImageVersion], "cursor")
CHANGED_IMAGES: Final = _get(
    "/api/versions/{version_id}/diff/{other_id}/images", Page[ChangedImage], "cursor"
)
# Their answers are passed on as they are.
DIFF: Final = _get("/api/versions/{version_id}/diff/{other_id}", dict[str, Any])
DISTRIBUTIONS: Final = _get("/api/versions/{version_id}/distributions", dict[str, Any])
MANIFEST: Final = Operation("GET", "/api/versions/{version_id}/manifest", NoneType)
FORMATS: Final = _get("/api/versions/{version_id}/formats", list[ExportOffer], "split", "images")
FORMATS_OF_LABELS: Final = _post(
    "/api/versions/{version_id}/formats", ExportChoice, list[ExportOffer]
)
EXPORT_VERSION: Final = _post("/api/versions/{version_id}/exports", NewExport, Export)
EXPORTS: Final = _get("/api/versions/{version_id}/exports", Page[Export], "cursor")
EXPORT: Final = _get("/api/exports/{export_id}", Export)
ROUNDS: Final = _get("/api/projects/{project_id}/rounds", Page[Round], "cursor")
GATE: Final = _get("/api/projects/{project_id}/gate", list[GateOutlook])
ROUND: Final = _get("/api/rounds/{round_id}", RoundWithCurve)
START_ROUND: Final = _post("/api/projects/{project_id}/rounds", Retrain, RoundWithoutEffort)
CANCEL_ROUND: Final = _post("/api/rounds/{round_id}/cancel", None, RoundWithoutEffort)
BUNDLES: Final = _get("/api/projects/{project_id}/bundles", Page[RegisteredBundle], "cursor")
PROMOTE: Final = _post(
    "/api/projects/{project_id}/bundles/{bundle_id}/promote", Promotion, NowServing
)
_REBUILDS: Final = "/api/projects/{project_id}/bundles/{bundle_id}/rebuilds"
REBUILDS: Final = _get(_REBUILDS, Page[Rebuild], "cursor")
REBUILD_BUNDLE: Final = _post(_REBUILDS, None, Rebuild)
REBUILD: Final = _get("/api/rebuilds/{rebuild_id}", Rebuild)
ROLL_BACK: Final = _post("/api/projects/{project_id}/rollback", ServingSeen, NowServing)
