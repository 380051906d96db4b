"""The API's description, for whoever asks."""

from functools import cache
from threading import Lock
from typing import Any, Final

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny

_GENERATING: Final = Lock()


class KeptGenerator(SchemaGenerator):
    """Generates it once, which takes seconds: it never changes while a process lives."""

    def get_schema(self, request: object = None, public: bool = False) -> Any:  # noqa: ANN401, ARG002, FBT001, FBT002  # drf-spectacular's own
        with _GENERATING:
            return _generated()


class SchemaView(SpectacularJSONAPIView):
    permission_classes = [AllowAny]
    generator_class = KeptGenerator


@cache
def _generated() -> Any:  # noqa: ANN401  # JSON
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
