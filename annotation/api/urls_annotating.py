"""Endpoints of people's work: sessions, projects, images, masks, the queue."""

from django.urls import URLPattern, path

from annotation.api import (
    assignments,
    comments,
    conflicts,
    images,
    mask_captions,
    masks,
    plan,
    preferences,
    projects,
    revisions,
    session,
    uploads,
    work,
)

urlpatterns: list[URLPattern] = [
    path("session", session.SessionView.as_view()),
    path("session/password", session.PasswordView.as_view()),
    path("session/work", work.WorkView.as_view()),
    path("session/preferences", preferences.PreferencesView.as_view()),
    path("tokens", session.TokenListView.as_view()),
    path("tokens/<int:token_id>", session.TokenView.as_view()),
    path("projects", projects.ProjectListView.as_view()),
    path("projects/<int:project_id>", projects.ProjectView.as_view()),
    path("projects/<int:project_id>/restore", projects.ProjectRestoreView.as_view()),
    path("projects/<int:project_id>/members", projects.MemberListView.as_view()),
    path("projects/<int:project_id>/members/<int:user_id>", projects.MemberDetailView.as_view()),
    path("projects/<int:project_id>/labels", projects.LabelListView.as_view()),
    path("labels/<int:label_id>", projects.LabelView.as_view()),
    path("labels/<int:label_id>/restore", projects.LabelRestoreView.as_view()),
    path("projects/<int:project_id>/uploads", uploads.UploadListView.as_view()),
    path("uploads/<uuid:upload_id>/complete", uploads.UploadCompleteView.as_view()),
    path("projects/<int:project_id>/images", images.ImageListView.as_view()),
    path("images/<int:image_id>", images.ImageView.as_view()),
    path("images/<int:image_id>/restore", images.ImageRestoreView.as_view()),
    path("images/<int:image_id>/review", images.ImageReviewView.as_view()),
    path("images/<int:image_id>/masks", masks.ImageMasksView.as_view()),
    path("masks/<uuid:mask_id>/revisions", revisions.MaskRevisionsView.as_view()),
    path("masks/<uuid:mask_id>/captions", mask_captions.MaskCaptionsView.as_view()),
    path("images/<int:image_id>/comments", comments.ImageCommentsView.as_view()),
    path("images/<int:image_id>/conflicts", conflicts.ImageConflictsView.as_view()),
    path("comments/<uuid:comment_id>", comments.CommentView.as_view()),
    path("comments/<uuid:comment_id>/resolve", comments.CommentResolveView.as_view()),
    path("comments/<uuid:comment_id>/reopen", comments.CommentReopenView.as_view()),
    path("projects/<int:project_id>/claim", assignments.ClaimView.as_view()),
    path("projects/<int:project_id>/upcoming", assignments.UpcomingView.as_view()),
    path("projects/<int:project_id>/queues", plan.QueueCountsView.as_view()),
    path("projects/<int:project_id>/verify", plan.VerifyView.as_view()),
    path(
        "assignments/<int:assignment_id>/heartbeat", assignments.AssignmentHeartbeatView.as_view()
    ),
    path("assignments/<int:assignment_id>/release", assignments.AssignmentReleaseView.as_view()),
    path("assignments/<int:assignment_id>/finish", assignments.AssignmentFinishView.as_view()),
]
