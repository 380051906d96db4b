"""The part of the client about what is learned: rounds, and the bundles that they make."""

from collections.abc import Iterator, Sequence
from uuid import uuid4

from engine.client import operations as op
from engine.client.choosing import what_serves
from engine.client.connection import AnyProject
from engine.client.incoming import Incoming
from engine.client.models import (
    GateOutlook,
    NowServing,
    Promotion,
    Rebuild,
    RegisteredBundle,
    Retrain,
    Round,
    RoundWithCurve,
    RoundWithoutEffort,
    ServingSeen,
)
from engine.client.transport import pages
from engine.client.waiting import Progress, has_succeeded, nobody_looks, tell, wait_until


class Learning(Incoming):
    """A project's rounds and bundles."""

    def rounds(self, project: AnyProject) -> Iterator[Round]:
        """Yield a project's rounds, the newest first, down to the pretrained bundle."""
        return pages(self._transport, op.ROUNDS, project_id=self._id_of(project))

    def gate(self, project: AnyProject) -> list[GateOutlook]:
        """Return, for each part, what the gate wants of the holdout and what is there by now."""
        return self._transport.call(op.GATE, project_id=self._id_of(project))

    def start_round(
        self, project: AnyProject, parts: Sequence[str] | None = None
    ) -> RoundWithoutEffort:
        """Start a round of what there is to learn from, or of the parts masks or captions."""
        wanted = Retrain(id=uuid4(), parts=list(parts)) if parts else Retrain(id=uuid4())
        return self._transport.call(op.START_ROUND, wanted, project_id=self._id_of(project))

    def cancel_round(self, round_id: int) -> RoundWithoutEffort:
        """Stop a round at its next step. One that has ended stays as it ended."""
        return self._transport.call(op.CANCEL_ROUND, round_id=round_id)

    def wait_for_round(
        self,
        round_id: int,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> RoundWithCurve:
        """Wait for a round's end. One that the gate refused has ended well, too.

        Raises:
            JobEndedError: it failed or was cancelled.

        """

        def ended() -> RoundWithCurve | None:
            found = self._transport.call(op.ROUND, round_id=round_id)
            if found.job is None:
                return found
            tell(progress, found.job, f"Round {found.number}")
            return found if has_succeeded(found.job) else None

        return wait_until(ended, "The round", timeout_s)

    def bundles(self, project: AnyProject) -> Iterator[RegisteredBundle]:
        """Yield every bundle that served a project or may serve it, the newest first."""
        return pages(self._transport, op.BUNDLES, project_id=self._id_of(project))

    def promote(self, project: AnyProject, bundle: str, *, reason: str) -> NowServing:
        """Let a bundle serve. Refused if what serves has changed meanwhile."""
        seen = self.project(project)
        return self._transport.call(
            op.PROMOTE,
            Promotion(serving=what_serves(seen), reason=reason),
            project_id=seen.id,
            bundle_id=bundle,
        )

    def roll_back(self, project: AnyProject) -> NowServing:
        """Let the bundle serve again that served before."""
        seen = self.project(project)
        body = ServingSeen(serving=what_serves(seen))
        return self._transport.call(op.ROLL_BACK, body, project_id=seen.id)

    def rebuild(
        self,
        project: AnyProject,
        bundle: str,
        *,
        timeout_s: float | None = None,
        progress: Progress = nobody_looks,
    ) -> Rebuild:
        """Have a bundle made again by its recipe, and wait until its files are compared.

        It takes as long as its training did. Called again meanwhile, it waits for the same one.

        Args:
            project: whose bundle it is.
            bundle: its id.
            timeout_s: how long to wait at most; None: until it is done.
            progress: told of each step.

        Raises:
            AnnealError: the bundle has no recipe.
            JobEndedError: it failed or was cancelled.

        """
        begun = self._transport.call(
            op.REBUILD_BUNDLE, project_id=self._id_of(project), bundle_id=bundle
        )

        def compared() -> Rebuild | None:
            found = self._transport.call(op.REBUILD, rebuild_id=begun.id)
            tell(progress, found.job, "The rebuild")
            return found if has_succeeded(found.job) else None

        return wait_until(compared, "The rebuild", timeout_s)

    def rebuilds(self, project: AnyProject, bundle: str) -> Iterator[Rebuild]:
        """Yield every time that a bundle was made again, by its id, the newest first."""
        project_id = self._id_of(project)
        return pages(self._transport, op.REBUILDS, project_id=project_id, bundle_id=bundle)
