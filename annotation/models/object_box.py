"""Boxes around objects of which no mask is known: bundles are asked for the mask of each."""

from django.db import models

from annotation.models.image import Image
from annotation.models.project import Label


class ObjectBox(models.Model):
    """Where another tool's dataset says that an object is. Its id follows from what it says."""

    id = models.UUIDField(primary_key=True)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="boxes")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, null=True, related_name="+")
    box_xywh = models.JSONField()  # pixels of the upright image
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"box {self.pk} on image {self.image_id}"
