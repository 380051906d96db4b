"""Endpoints of jobs, rounds, versions, exports, recordings and captions."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
