"""Run a bundle's encoder once on each image that it has not seen.

One image that cannot be read stops no other: what cannot is told at the end, with what to do.
"""

from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db.models import QuerySet

from annotation.models import Bundle, Image, Project
from annotation.selectors.queue import BY_RANK
from annotation.storage import ObjectMissingError
from workers.arms import has_embedding
from workers.embeddings import load_pixels, save_embedding, save_pooled
from workers.lease import Lease
from workers.networks import encoder_of

MOST_NAMED: Final = 5
log = structlog.get_logger(__name__)


class UnreadableImagesError(ValueError):
    """Some images have no embedding, as they could not be read; all others have."""


@dataclass(slots=True)
class Unreadable:
    """Images that could not be embedded, the first few by name."""

    count: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, image: Image, error: Exception) -> None:
        log.warning("image_not_embedded", image_id=image.pk, reason=str(error))
        self.count += 1
        if len(self.named) < MOST_NAMED:
            self.named.append(f"{image.file_name}: {error}")

    def check(self) -> None:
        """Tell of them, once all else is done.

        Raises:
            UnreadableImagesError: there are some.

        """
        if not self.count:
            return
        others = self.count - len(self.named)
        more = f" And {others} more." if others else ""
        raise UnreadableImagesError(
            f"{self.count} of the project's images could not be read, and no model proposes on "
            f"them. Bring their files back to the object store, or put them in the trash. "
            f"{' '.join(self.named)}{more}"
        )


def embed_images(lease: Lease, project: Project, bundle: Bundle) -> Unreadable:
    """Embed what the bundle's encoder has not seen; return what cannot be."""
    return embed_each(lease, bundle, without_embedding(project, bundle))


def embed_each(lease: Lease, bundle: Bundle, images: QuerySet[Image]) -> Unreadable:
    """Embed some images; return what cannot be."""
    ids, unreadable = list(images.values_list("pk", flat=True)), Unreadable()
    if not ids:
        return unreadable
    lease.report(0, len(ids), "Embedding images")
    encoder = encoder_of(bundle)
    for done, image_id in enumerate(ids):
        lease.report(done, len(ids), "Embedding images")
        image = Image.objects.get(pk=image_id)
        try:
            embedding = encoder.encode(load_pixels(image.sha256))
            save_embedding(image.sha256, encoder.digest, embedding)
        except (ValueError, ObjectMissingError) as error:  # not of the store, which is away for all
            unreadable.add(image, error)
            continue
        save_pooled(image, encoder.digest, embedding)
        lease.count_anew()
    lease.report(len(ids), len(ids), "Embedding images")
    return unreadable


def without_embedding(project: Project, bundle: Bundle) -> QuerySet[Image]:
    """Images that the bundle's encoder has not seen, in the order of the queue."""
    images = Image.objects.filter(~has_embedding(bundle), project=project, deleted_at=None)
    return images.order_by(*BY_RANK)
