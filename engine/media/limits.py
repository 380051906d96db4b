"""How long a take may be, by `limits.json`, which the browser's recorder reads as well."""

import json
from pathlib import Path
from typing import Final

_LIMITS: Final = json.loads(Path(__file__).with_name("limits.json").read_text("utf-8"))

LONGEST_TAKE_S: Final = int(_LIMITS["longest_take_s"])
LONGEST_SOUND_S: Final = LONGEST_TAKE_S * 11 // 10  # by a microphone whose clock runs a tenth fast
