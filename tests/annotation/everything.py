"""One row of every noun in one project, so that every address of the API can be asked."""

import hashlib
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from annotation import storage
from annotation.api.access import MemberView
from annotation.api.versions import VersionCountsSerializer
from annotation.models import (
    Alias,
    AliasMove,
    Assignment,
    Caption,
    Comment,
    DatasetImport,
    DatasetVersion,
    Embedding,
    Export,
    Job,
    Mask,
    Phrase,
    Rebuild,
    Recording,
    Round,
    Token,
    Transcript,
    Upload,
    VersionCut,
    VersionQuery,
    Webhook,
    WebhookDelivery,
)
from engine.datasets.manifest import build_manifest
from tests.annotation.world import World, make_bundle, make_image

METHODS = ("get", "post", "put", "patch", "delete")
# Views that are not inside a project: what they show is the person's own, or the same for all.
OWN = {
    "SessionView",
    "PasswordView",
    "PreferencesView",
    "WorkView",
    "TokenListView",
    "TokenView",
    "ProjectListView",
    "ConsentView",
    "OwnVoicesView",
    "CaptionCleanView",
    "CaptionCompareView",
    "DecoderView",
    "SchemaView",
}
PUBLIC = {"SessionView", "SchemaView"}


def api_views() -> dict[str, Any]:
    """Map each address under api/, as a template such as images/{image_id}, to its view class."""
    found: dict[str, Any] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, prefix + str(pattern.pattern))
            elif (prefix + str(pattern.pattern)).startswith("api/"):
                template = prefix + str(pattern.pattern)
                for name in pattern.pattern.converters:
                    converter = f"{name}>"
                    before, _, after = template.partition(converter)
                    template = before[: before.rindex("<")] + "{" + name + "}" + after
                found[template.removeprefix("api/")] = pattern.callback.view_class  # type: ignore[attr-defined]

    walk(get_resolver().url_patterns, "")
    return found


def calls() -> list[tuple[str, str]]:
    """Every (method, address) that some view answers."""
    return [
        (method.upper(), template)
        for template, view in api_views().items()
        for method in METHODS
        if hasattr(view, method)
    ]


def roles_of(method: str, template: str) -> frozenset[str]:
    view = api_views()[template]
    return view.roles[method] if issubclass(view, MemberView) else frozenset()


def ids_of_everything(world: World) -> dict[str, object]:
    """Make one row of each noun, and return the names in the addresses with their values."""
    project, user = world.project, world.manager
    image = make_image(project)
    bundle = make_bundle()
    window = Embedding.objects.create(
        image_sha256=image.sha256, encoder_digest=bundle.encoder_digest, window="0-0-9x9"
    )
    Alias.objects.create(project=project, name="serving", bundle=bundle)
    AliasMove.objects.create(project=project, name="serving", to_bundle=bundle, reason="test")
    job = Job.objects.create(project=project, kind="workers.export_version", state="failed")
    round_ = Round.objects.create(
        project=project, number=1, trigger="manual", base_bundle=bundle, state="failed"
    )
    again = Job.objects.create(project=project, kind="workers.rebuild_bundle", state="failed")
    rebuild = Rebuild.objects.create(pk=UUID(int=8), project=project, bundle=bundle, job=again)
    counts = dict.fromkeys(VersionCountsSerializer().fields, 0)
    manifest = b"".join(build_manifest({}, []))
    version = DatasetVersion.objects.create(
        pk=hashlib.sha256(manifest).hexdigest(), project=project, counts=counts
    )
    storage.put_bytes(storage.version_key(version.pk), manifest)
    export = Export.objects.create(pk=UUID(int=1), version=version, format="coco", job=job)
    query = VersionQuery.objects.create(project=project, name="cells", number=1, criteria={})
    cutting = Job.objects.create(project=project, kind="workers.cut_version", state="failed")
    cut = VersionCut.objects.create(pk=UUID(int=7), project=project, job=cutting)
    mask = Mask.objects.create(pk=UUID(int=4), image=image)
    recording = Recording.objects.create(pk=UUID(int=2), image=image, user=user, mime="audio/webm")
    transcript = Transcript.objects.create(
        pk=UUID(int=2), recording=recording, kind="raw", text="a cell"
    )
    phrase = Phrase.objects.create(
        transcript=transcript,
        end=2,
        text="a cell",
        noun="cell",
        **dict.fromkeys(["first", "is_plural", "is_definite", "is_repeat"], 0),
    )
    caption = Caption.objects.create(pk=UUID(int=5), image=image, author=user, text="A cell.")
    upload = Upload.objects.create(
        pk=UUID(int=3), project=project, file_name="a.png", bytes=10, created_by=user
    )
    dataset = DatasetImport.objects.create(
        pk=upload.pk, project=project, source="a.zip", state="ready", created_by=user
    )
    comment = Comment.objects.create(pk=UUID(int=4), image=image, author=user, text="Look here.")
    hook = Webhook.objects.create(
        pk=UUID(int=6),
        project=project,
        url="https://example.org",
        events=["version.cut"],
        created_by=user,
    )
    delivery = WebhookDelivery.objects.create(
        webhook=hook, event="version.cut", subject="1", payload={}, due_at=timezone.now()
    )
    token = Token.objects.create(
        user=user, name="t", prefix="anl_", digest="0" * 64, scope="read", expires_at=timezone.now()
    )
    return {
        "project_id": project.pk,
        "image_id": image.pk,
        "label_id": world.label_id,
        "user_id": world.annotator.pk,
        "assignment_id": Assignment.objects.get(image=image).pk,
        "upload_id": upload.pk,
        "dataset_import_id": dataset.pk,
        "mask_id": mask.pk,
        "comment_id": comment.pk,
        "webhook_id": hook.pk,
        "delivery_id": delivery.pk,
        "token_id": token.pk,
        "job_id": job.pk,
        "round_id": round_.pk,
        "rebuild_id": rebuild.pk,
        "version_id": version.pk,
        "other_id": version.pk,
        "tag_name": "v1.0",
        "version_query_id": query.pk,
        "version_cut_id": cut.pk,
        "export_id": export.pk,
        "recording_id": recording.pk,
        "phrase_id": phrase.pk,
        "caption_id": caption.pk,
        "transcript_id": transcript.pk,
        "bundle_id": bundle.pk,
        "encoder_digest": window.encoder_digest,
        "window": window.window,
        "number": 0,
    }
