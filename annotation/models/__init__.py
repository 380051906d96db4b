"""The tables. One module for each noun; DESIGN's nine rules of the data are their constraints."""

from annotation.models.access import Consent, Token
from annotation.models.agreement import Agreement
from annotation.models.caption_proposal import CaptionProposal
from annotation.models.comment import Comment
from annotation.models.dataset import DatasetVersion, Export, VersionCut, VersionTag
from annotation.models.dataset_import import DatasetImport, ImportedSample, ImportProblem
from annotation.models.description import (
    Caption,
    CaptionPart,
    LiveTranscript,
    MaskCaption,
    Recording,
    RecordingChunk,
    Shortening,
    Transcript,
)
from annotation.models.image import Assignment, Embedding, Image, Stint, Upload
from annotation.models.job import Job
from annotation.models.kept_answer import KeptAnswer
from annotation.models.learning import (
    Alias,
    AliasMove,
    Bundle,
    BundleNote,
    OutsideModel,
    Round,
)
from annotation.models.mask import Mask, Operation, Proposal, Revision
from annotation.models.object_box import ObjectBox
from annotation.models.phrase import Phrase, PhraseLink
from annotation.models.preferences import Preferences
from annotation.models.project import Label, Membership, Project
from annotation.models.rebuild import ComparedFile, Rebuild
from annotation.models.version_query import VersionQuery
from annotation.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "Agreement",
    "Alias",
    "AliasMove",
    "Assignment",
    "Bundle",
    "BundleNote",
    "Caption",
    "CaptionPart",
    "CaptionProposal",
    "Comment",
    "ComparedFile",
    "Consent",
    "DatasetImport",
    "DatasetVersion",
    "Embedding",
    "Export",
    "Image",
    "ImportProblem",
    "ImportedSample",
    "Job",
    "KeptAnswer",
    "Label",
    "LiveTranscript",
    "Mask",
    "MaskCaption",
    "Membership",
    "ObjectBox",
    "Operation",
    "OutsideModel",
    "Phrase",
    "PhraseLink",
    "Preferences",
    "Project",
    "Proposal",
    "Rebuild",
    "Recording",
    "RecordingChunk",
    "Revision",
    "Round",
    "Shortening",
    "Stint",
    "Token",
    "Transcript",
    "Upload",
    "VersionCut",
    "VersionQuery",
    "VersionTag",
    "Webhook",
    "WebhookDelivery",
]
