"""What the encoder saw of parts of an image, for clicks on small objects."""

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from annotation import storage
from annotation.api.access import ANYONE, MemberView
from annotation.selectors.images import images_for, windows_of


class WindowView(MemberView):
    """The embedding of a window. Signed when it is asked for: of twenty a person may need one."""

    roles = {"GET": ANYONE}

    @extend_schema(operation_id="read_window", responses={302: None})
    def get(
        self, request: Request, image_id: int, encoder_digest: str, window: str
    ) -> HttpResponseRedirect:
        image = self.fetch(images_for(request.user), pk=image_id)
        seen = get_object_or_404(windows_of(image, encoder_digest), window=window)
        key = storage.embedding_key(seen.encoder_digest, seen.image_sha256, seen.window)
        return HttpResponseRedirect(storage.presign_get(key))
