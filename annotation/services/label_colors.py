"""Colours of labels that nobody chose one for."""

from typing import Final

# Ten colours that stay apart on photographs and for most colour-blind people (Tableau 10).
PALETTE: Final = (
    "#4e79a7",
    "#f28e2b",
    "#e15759",
    "#76b7b2",
    "#59a14f",
    "#edc948",
    "#b07aa1",
    "#ff9da7",
    "#9c755f",
    "#bab0ac",
)
