"""Whatever a format can lose is told on the page in words."""

import re
from pathlib import Path

from django.conf import settings

from engine.datasets.traits import Trait


def test_each_trait_has_words() -> None:
    page = Path(settings.BASE_DIR, "frontend/src/pages/versions/lossWords.ts").read_text()

    told = set(re.findall(r"^  (\w+): ", page, re.MULTILINE))

    assert {trait.value for trait in Trait} <= told
