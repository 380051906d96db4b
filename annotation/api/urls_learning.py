"""Endpoints of jobs, rounds, versions, exports, recordings and captions."""

from django.urls import path

from annotation.api import bundles, captions, consent, jobs, recordings, rounds, versions

urlpatterns = [
    path("projects/<int:project_id>/jobs", jobs.ProjectJobsView.as_view()),
    path("projects/<int:project_id>/prepare", jobs.PrepareView.as_view()),
    path("jobs/<int:job_id>/cancel", jobs.JobCancelView.as_view()),
    path("jobs/<int:job_id>/retry", jobs.JobRetryView.as_view()),
    path("projects/<int:project_id>/rounds", rounds.ProjectRoundsView.as_view()),
    path("projects/<int:project_id>/rollback", rounds.RollbackView.as_view()),
    path("rounds/<int:round_id>", rounds.RoundView.as_view()),
    path("rounds/<int:round_id>/cancel", rounds.RoundCancelView.as_view()),
    path("rounds/<int:round_id>/promote", rounds.RoundPromoteView.as_view()),
    path(
        "bundles/<str:bundle_id>/decoder.onnx",
        bundles.DecoderView.as_view(),
        name="bundle-decoder",
    ),
    path("projects/<int:project_id>/versions", versions.ProjectVersionsView.as_view()),
    path("versions/<str:version_id>/manifest", versions.VersionManifestView.as_view()),
    path("versions/<str:version_id>/exports", versions.VersionExportsView.as_view()),
    path("exports/<uuid:export_id>", versions.ExportView.as_view()),
    path("consent", consent.ConsentView.as_view()),
    path("images/<int:image_id>/descriptions", captions.ImageDescriptionsView.as_view()),
    path("images/<int:image_id>/captions", captions.ImageCaptionsView.as_view()),
    path("captions/clean", captions.CaptionCleanView.as_view()),
    path("captions/compare", captions.CaptionCompareView.as_view()),
    path("images/<int:image_id>/recordings", recordings.ImageRecordingsView.as_view()),
    path("recordings/<uuid:recording_id>", recordings.RecordingView.as_view()),
    path("recordings/<uuid:recording_id>/remove", recordings.RecordingRemoveView.as_view()),
    path("recordings/<uuid:recording_id>/restore", recordings.RecordingRestoreView.as_view()),
    path("recordings/<uuid:recording_id>/chunks/<int:number>", recordings.ChunkView.as_view()),
    path("recordings/<uuid:recording_id>/complete", recordings.RecordingCompleteView.as_view()),
    path("recordings/<uuid:recording_id>/transcripts", recordings.TranscriptsView.as_view()),
]
