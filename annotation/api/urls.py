"""Every endpoint under /api/."""

from annotation.api import urls_annotating, urls_learning

urlpatterns = [*urls_annotating.urlpatterns, *urls_learning.urlpatterns]
