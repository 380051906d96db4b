"""Outlines of a mask along the edges of its pixels: what formats of polygons hold of it, exactly.

A pixel at (x, y) is the square from (x, y) to (x + 1, y + 1), so that corners are whole numbers
and whoever fills an outline by what lies inside gets the same pixels back. Pixels that touch at a
corner alone are kept apart. Rings run clockwise on screen, holes the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

Mask = npt.NDArray[np.bool_]  # (H, W)
Ring = npt.NDArray[np.int64]  # (K, 2) x, y of its corners, not closed


@dataclass(frozen=True, slots=True)
class Outline:
    """One connected part of a mask: the ring around it, and one around each of its holes."""

    ring: Ring
    holes: tuple[Ring, ...]


def outlines(mask: Mask) -> list[Outline]:
    """Return a mask's parts, from the top; none of an empty mask. Cost: what its box holds."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return []
    (top, bottom), (left, right) = rows[[0, -1]], columns[[0, -1]]
    corner = np.array([left, top])
    return [
        Outline(each.ring + corner, tuple(hole + corner for hole in each.holes))
        for each in _outlines(mask[top : bottom + 1, left : right + 1])
    ]


def joined(rings: Sequence[Ring]) -> Ring:
    """Return one ring that fills as all of them: from the first to each other and back again.

    So a format without holes, or with one polygon for each object, holds any mask. Ways are short,
    as some painters draw them one pixel wide.
    """
    first, tree = rings[0], cKDTree(rings[0])
    detours: list[list[Ring]] = [[] for _ in first]
    for ring in rings[1:]:
        distances, nearest = map(np.asarray, tree.query(ring))
        there = int(distances.argmin())
        here = int(nearest[there])
        away = np.roll(ring, -there, axis=0)
        detours[here] += [away, away[:1], first[here : here + 1]]
    return np.concatenate(
        [piece for at, own in enumerate(detours) for piece in (first[at : at + 1], *own)]
    )


def _outlines(mask: Mask) -> list[Outline]:
    parts, count = ndimage.label(mask)  # by four neighbours
    outer: list[Ring | None] = [None] * count
    holes: list[list[Ring]] = [[] for _ in range(count)]
    for ring in _rings(mask):
        x, y = ring[0]  # its first corner from the top
        if mask[y, x]:
            outer[parts[y, x] - 1] = ring
        else:
            holes[parts[y - 1, x] - 1].append(ring)
    found = zip(outer, holes, strict=True)
    return [Outline(ring, tuple(inner)) for ring, inner in found if ring is not None]


def _rings(mask: Mask) -> list[Ring]:
    """Follow the edges between object and background, corner by corner."""
    corners, along_row, along_column = _corners(mask)
    todo = np.ones(len(corners), bool)
    rings = []
    for first in range(len(corners)):
        if not todo[first]:
            continue
        ring, at = [], first
        while todo[at]:
            after = along_row[at]
            todo[at] = todo[after] = False
            ring += [at, after]
            at = along_column[after]
        x, y = corners[first]
        # From the first corner of a ring its upper edge leads to the right: clockwise around what
        # is below that edge. Around a hole that is the wrong way.
        rings.append(corners[ring if mask[y, x] else [first, *reversed(ring[1:])]])
    return rings


def _corners(mask: Mask) -> tuple[Ring, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return all corners, and where the edge of each along its row and its column ends.

    They come from the top. Where two pixels touch at a corner alone it is there twice.
    """
    padded = np.pad(mask, 1)
    nw, ne, sw, se = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    is_touch = (nw == se) & (ne == sw) & (nw != ne)
    is_corner = (nw ^ ne ^ sw ^ se) | is_touch
    y, x = np.nonzero(is_corner)
    twice = is_touch[y, x]
    times = 1 + twice
    rows, columns = np.repeat(y, times), np.repeat(x, times)
    corners = np.stack([columns, rows], axis=1)  # by row, then by column
    # Corners of a row are ends of edges in pairs. Of one that is there twice the first ends the
    # edge from the left; its column's edge goes up where the pixel there is to the upper left.
    along_row = np.arange(len(corners)) ^ 1
    is_second = np.zeros(len(corners), bool)
    is_second[np.cumsum(times)[twice] - 1] = True
    goes_down = np.repeat(twice & ne[y, x], times) ^ is_second
    by_column = np.lexsort((goes_down, rows, columns))
    along_column = np.empty_like(along_row)
    along_column[by_column] = by_column[np.arange(len(corners)) ^ 1]
    return corners, along_row, along_column
