"""The decoder of a bundle, for the browser, from the page's own origin."""

from pathlib import Path

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from annotation import storage
from annotation.api.access import user_of
from annotation.local_copies import copies_of, proved_copy_to_serve
from annotation.models import Bundle
from annotation.selectors.registry import bundles_for


class DecoderView(APIView):
    """decoder.onnx of a bundle of the person's projects; it never changes, so browsers keep it."""

    within_projects = ("GET",)

    @extend_schema(
        operation_id="read_decoder",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, bundle_id: str) -> FileResponse:
        bundle = get_object_or_404(bundles_for(user_of(request)), pk=bundle_id)
        response = FileResponse(
            _local_copy(bundle).open("rb"), content_type="application/octet-stream"
        )
        response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
        response.headers["ETag"] = f'"{bundle.pk}"'
        return response


def _local_copy(bundle: Bundle) -> Path:
    path = copies_of("decoders") / f"{bundle.pk}.onnx"
    key = storage.bundle_key(bundle.pk, "decoder.onnx")
    return proved_copy_to_serve(key, path, sha256=bundle.manifest["files"]["decoder.onnx"])
