"""What axe-core finds on a page that somebody could not see, reach or name (WCAG 2.1 AA)."""

from typing import Any, Final

from playwright.sync_api import Page

from tests.stack import ROOT

AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
# Colours on their way to others are none. A spinner turns for ever.
AT_REST: Final = """() => Promise.all(document.getAnimations()
  .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => undefined)))"""
RUN: Final = """() => axe.run(document, {
  resultTypes: ["violations"],
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"],
  rules: {
    // Mantine keeps a focusable guard in each of its menus.
    "aria-required-children": { enabled: false },
    // An experiment of axe's, which takes initials, digits and keys for words that one speaks.
    "label-content-name-mismatch": { enabled: false },
  },
})"""


def barriers(page: Page) -> list[str]:
    """Return what axe objects to, element by element."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())  # past the policy against foreign scripts
    page.evaluate(AT_REST)
    found: dict[str, Any] = page.evaluate(RUN)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
