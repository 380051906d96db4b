"""The decoder of a bundle, for the browser, from the page's own origin."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from annotation import storage
from annotation.api.access import ANYONE, MemberView
from annotation.selectors.images import bundles_for

PIECE_BYTES: Final = 256 * 1024


class DecoderView(MemberView):
    """decoder.onnx; a bundle never changes, so that browsers keep it."""

    roles: ClassVar[Mapping[str, frozenset[str]]] = {"GET": ANYONE}

    @extend_schema(
        operation_id="read_decoder",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, bundle_id: str) -> StreamingHttpResponse:
        bundle = self.fetch(bundles_for(request.user), pk=bundle_id)
        key = f"bundles/{bundle.pk}/decoder.onnx"
        return StreamingHttpResponse(
            _pieces(key),
            content_type="application/octet-stream",
            headers={
                "Content-Length": str(storage.size(key)),
                "Cache-Control": "private, max-age=31536000, immutable",
            },
        )


def _pieces(key: str) -> Iterator[bytes]:
    with storage.open_stream(key) as stream:
        while piece := stream.read(PIECE_BYTES):
            yield piece
