"""A program's door to a running Anneal: its REST API as plain Python. No Django and no torch.

from engine.client import Client

client = Client("https://anneal.example.org", token)
project = client.project("Cells")
client.upload_images(project, ["a.png", "more.zip"])
client.import_dataset(project, "from-another-tool.zip", finished=True)
export = client.export(client.cut_version(project), "coco")
client.download(export, "cells.zip")
"""

from engine.client.client import Client
from engine.client.errors import AnnealError, JobEndedError, UnreachableError, WaitedTooLongError
from engine.client.models import Criteria

__all__ = [
    "AnnealError",
    "Client",
    "Criteria",
    "JobEndedError",
    "UnreachableError",
    "WaitedTooLongError",
]
