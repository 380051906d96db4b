"""What an image's log of operations comes to, replayed without any of the product's code."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from engine.masks.rle import decode
from tests.stack import Stack

LOG: Final = (
    "SELECT o.image_version, o.position, o.id::text, o.payload, u.username,"
    " r.mask_id::text, r.number, r.rle, r.label_id"
    " FROM annotation_operation o JOIN auth_user u ON u.id = o.author_id"
    " LEFT JOIN annotation_revision r ON r.operation_id = o.id"
    " WHERE o.image_id = %s AND o.image_version > %s ORDER BY o.image_version, o.position"
)
MASKS: Final = (
    "SELECT m.id::text, m.parent_id::text, r.rle, r.label_id, r.number FROM annotation_mask m"
    " JOIN annotation_revision r ON r.id = m.head_id WHERE m.image_id = %s"
)
REVISIONS: Final = (
    "SELECT r.mask_id::text, r.number, r.rle, r.label_id FROM annotation_revision r"
    " JOIN annotation_mask m ON m.id = r.mask_id WHERE m.image_id = %s"
)


Looks = tuple[bytes | None, int | None, str | None]  # of a mask: pixels, label, parent


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mask as a revision has it: its pixels, or None once it is deleted."""

    bits: bytes | None
    label: int | None


@dataclass(frozen=True, slots=True)
class Replayed:
    drawn: Drawn
    last_bits: bytes | None  # before it was deleted
    parent: str | None
    number: int  # of its newest revision


@dataclass(slots=True)
class Replay:
    """One image: `follow` takes in what was logged since the last time, and checks each line."""

    stack: Stack
    image: int
    version: int = 0
    masks: dict[str, Replayed] = field(default_factory=dict)
    revisions: dict[tuple[str, int], Drawn] = field(default_factory=dict)
    log: dict[str, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)  # author, payload

    def follow(self) -> None:
        """Replay the newest operations; assert that each made the revision that it says."""
        rows = self.stack.sql(LOG, self.image, self.version)
        expected = (self.version + 1, 0)
        for version, position, identity, payload, author, *revision in rows:
            assert (version, position) in {expected, (self.version + 1, 0)}, identity
            expected, self.version = (version, position + 1), version
            self.log[identity] = author, payload
            self._apply(payload)
            self._check_revision(payload, *revision)
        self._check_heads()

    def check_all_revisions(self) -> None:
        """Nothing that was seen before has been changed, dropped or added since."""
        found = {
            (mask, number): Drawn(bits_of(rle), label)
            for mask, number, rle, label in self.stack.sql(REVISIONS, self.image)
        }
        assert found == self.revisions
        numbers: dict[str, list[int]] = {}
        for mask, number in sorted(found):
            numbers.setdefault(mask, []).append(number)
        for mask, given in numbers.items():
            assert given == [*range(1, len(given) + 1)], mask

    @property
    def live(self) -> dict[str, Looks]:
        """What is to be seen, by mask."""
        return {
            mask: (each.drawn.bits, each.drawn.label, each.parent)
            for mask, each in self.masks.items()
            if each.drawn.bits is not None
        }

    @property
    def decided(self) -> list[str]:
        """The proposals about which anybody has said anything yet."""
        told = (payload.get("proposal") for _, payload in self.log.values())
        return sorted({proposal for proposal in told if proposal is not None})

    def _apply(self, payload: Mapping[str, Any]) -> None:
        kind = payload["kind"]
        if kind == "verdict" and payload["verdict"] != "accepted":
            return
        before = self.masks.get(payload["mask"])
        if before is None:
            assert kind in {"create", "verdict"}, payload
            before = Replayed(Drawn(None, None), None, None, 0)
        elif kind == "create":
            assert before.drawn.bits is None, payload
            before = replace(before, parent=None)
        bits = before.last_bits
        if kind == "verdict":
            bits = self._pixels_of_proposal(payload["proposal"])
        elif "rle" in payload:
            bits = bits_of(payload["rle"])
        drawn = Drawn(None if kind == "delete" else bits, payload.get("label", before.drawn.label))
        parent = payload.get("parent", before.parent)
        self.masks[payload["mask"]] = replace(
            before, drawn=drawn, last_bits=bits, parent=parent, number=before.number + 1
        )

    def _pixels_of_proposal(self, proposal: str) -> bytes | None:
        [[rle]] = self.stack.sql("SELECT rle FROM annotation_proposal WHERE id = %s", proposal)
        return bits_of(rle)

    def _check_revision(
        self, payload: Mapping[str, Any], mask: str | None, number: int, rle: Any, label: int | None
    ) -> None:
        if mask is None:
            assert payload["kind"] == "verdict", payload
            assert payload["verdict"] != "accepted", payload
            return
        assert mask == payload["mask"]
        assert number == self.masks[mask].number
        drawn = Drawn(bits_of(rle), label)
        assert drawn == self.masks[mask].drawn, payload
        self.revisions[mask, number] = drawn

    def _check_heads(self) -> None:
        heads = {
            mask: (Drawn(bits_of(rle), label), parent, number)
            for mask, parent, rle, label, number in self.stack.sql(MASKS, self.image)
        }
        replayed = {pk: (each.drawn, each.parent, each.number) for pk, each in self.masks.items()}
        assert heads == replayed
        [[version]] = self.stack.sql(
            "SELECT version FROM annotation_image WHERE id = %s", self.image
        )
        assert version == self.version


def bits_of(rle: Any) -> bytes | None:
    """Pack the pixels of a COCO RLE; None for None."""
    return None if rle is None else np.packbits(decode(rle)).tobytes()
