"""Background work: watch it, stop it, try it again."""

from typing import Any, Final

from django.db.models import Model
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import jobs
from annotation.api.access import ANYONE, MANAGERS, MemberView, user_of
from annotation.api.once import KEY, once
from annotation.api.pagination import CURSOR, page_of, page_serializer
from annotation.models import Job
from annotation.selectors.jobs import job_of, jobs_for, jobs_of
from annotation.selectors.projects import projects_for
from annotation.services.jobs import cancel_job, retry_job
from annotation.services.preparation import prepare_project

PAGE: Final = 50  # asked for again and again while somebody looks on


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    progress_done = serializers.IntegerField()
    progress_total = serializers.IntegerField()
    message = serializers.CharField()
    error = serializers.CharField()
    stalled = serializers.BooleanField(help_text="Nobody works on it, though somebody should.")
    cancel_requested = serializers.BooleanField(
        help_text="Somebody has cancelled it: it stops at its next step, or has"
    )
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(
        {"type": "string", "enum": [name.removeprefix("workers.") for name in jobs.QUEUES]}
    )
    def get_kind(self, job: Job) -> str:
        return job.kind.removeprefix("workers.")

    def get_attribute(self, instance: object) -> object:
        """Take the job of a row that was read `with_job`, where it is a part of one."""
        if isinstance(instance, Model) and hasattr(instance, "job_stalled"):
            return job_of(instance)
        return super().get_attribute(instance)


class ProjectJobsView(MemberView):
    """The jobs of a project, the newest first."""

    roles = {"GET": ANYONE}

    @extend_schema(
        operation_id="list_jobs", parameters=[CURSOR], responses=page_serializer(JobSerializer)
    )
    def get(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        order = ("-created_at", "-id")
        page, cursor = page_of(jobs_of(project.pk), request, order=order, size=PAGE)
        return Response({"results": JobSerializer(page, many=True).data, "next": cursor})


class JobCancelView(MemberView):
    """Ask a job to stop; it does so at its next step."""

    roles = {"POST": MANAGERS}

    @extend_schema(operation_id="cancel_job", request=None, responses={200: JobSerializer})
    def post(self, request: Request, job_id: int) -> Response:
        job = self.fetch(jobs_for(request.user), pk=job_id)
        cancel_job(job_id=job.pk)
        return Response(JobSerializer(jobs_for(request.user).get(pk=job.pk)).data)


class JobRetryView(MemberView):
    """Queue a failed or cancelled job again."""

    roles = {"POST": MANAGERS}

    @extend_schema(operation_id="retry_job", request=None, responses={200: JobSerializer})
    def post(self, request: Request, job_id: int) -> Response:
        job = self.fetch(jobs_for(request.user), pk=job_id)
        retry_job(job_id=job.pk)
        return Response(JobSerializer(jobs_for(request.user).get(pk=job.pk)).data)


class PrepareView(MemberView):
    """Embed what has no embedding and propose where proposals are due."""

    roles = {"POST": MANAGERS}

    @extend_schema(
        operation_id="prepare_images",
        parameters=[KEY],
        request=None,
        responses={200: JobSerializer},
    )
    @once
    def post(self, request: Request, project_id: int) -> Response:
        project = self.fetch(projects_for(request.user), pk=project_id)
        job = prepare_project(project=project, by=user_of(request))
        return Response(JobSerializer(jobs_for(request.user).get(pk=job.pk)).data)
