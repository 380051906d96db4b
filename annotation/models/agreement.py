"""How far two people agree who did the same image."""

from django.db import models

from annotation.models.image import Image


class Agreement(models.Model):
    """What the first person's masks and another's came to, as both had finished the image."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="agreements")
    slot = models.PositiveSmallIntegerField()  # of the other person
    matched = models.PositiveIntegerField()  # objects that both have
    same_label = models.PositiveIntegerField()  # of them
    iou_sum = models.FloatField()  # over them
    only_first = models.PositiveIntegerField()
    only_other = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="agreement_once_per_person", fields=["image", "slot"])
        ]

    def __str__(self) -> str:
        return f"agreement of slot {self.slot} on image {self.image_id}"
