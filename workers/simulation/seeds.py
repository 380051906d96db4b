"""`python -m workers.simulation.seeds A.json B.json ...`: several runs of the loop as one table.

It reads what `simulate_rounds --json` wrote, with one seed after another, and prints Markdown: a
row for each figure that the loop prints, a column for each round.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from workers.simulation.figures import Figure, Row, Value, parts_of

Run = Mapping[str, Any]


def read_run(path: Path) -> Run:
    """Read the file of one run, today's or an older one's.

    Raises:
        ValueError: it is of no run of masks.
        OSError: it is not there.

    """
    try:
        run: Run = json.loads(path.read_bytes())
        of_masks = ["miou_1" in row["holdout"] for row in run["rounds"]]
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is of no run of masks ({error!r}).") from None
    if not of_masks or not all(of_masks):
        raise ValueError(f"{path} is of no run of masks.")
    return run


def markdown_of(runs: Sequence[Run]) -> str:
    """Lay runs side by side: for each figure and round the mean, and the lowest and highest.

    Where not all runs have a figure, it says how many do; none at all leaves a cell blank.
    """
    rounds = sorted({row["round"] for run in runs for row in run["rounds"]})
    lines = [*_told(runs), "", f"| | {' | '.join(f'round {each}' for each in rounds)} |"]
    lines.append("|---" * (len(rounds) + 1) + "|")
    of_round = [[_row_of(run, number) for run in runs] for number in rounds]
    for part in parts_of([row for run in runs for row in run["rounds"]]):
        lines.append(f"| **{part.title}** {'| ' * len(rounds)}|")
        for figure in part.figures:
            cells = (_cell(figure, rows) for rows in of_round)
            lines.append(f"| {figure.name} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _told(runs: Sequence[Run]) -> Iterator[str]:
    """Say what the runs are, and in what else than their seeds they differ."""
    protocols = [run.get("protocol", {}) for run in runs]
    seeds = ", ".join(str(protocol.get("seed", "unknown")) for protocol in protocols)
    what = "Mean (lowest to highest)" if len(runs) > 1 else "One run"
    yield f"{what} by round, seed {seeds}."
    names = dict.fromkeys(name for protocol in protocols for name in protocol if name != "seed")
    for name in names:
        values = [protocol.get(name) for protocol in protocols]
        if any(value != values[0] for value in values):
            told = ", ".join(str(value) for value in values)
            yield f"They are not alike: {name} is {told}."


def _row_of(run: Run, number: int) -> Row | None:
    return next((row for row in run["rounds"] if row["round"] == number), None)


def _cell(figure: Figure, rows: Sequence[Row | None]) -> str:
    """Tell one figure of one round."""
    values = [value for row in rows if row and (value := figure.read(row)) is not None]
    numbers = [float(value) for value in values if _is_number(value)]
    if not values:
        return ""
    if len(rows) == 1:
        return figure.told(values[0])
    if all(isinstance(value, bool) for value in values):
        return f"{sum(map(bool, values))} of {len(values)}"
    if not numbers:
        return str(values[0])
    least, most = figure.told(min(numbers)), figure.told(max(numbers))
    mean = figure.told(sum(numbers) / len(numbers))
    spread = f" ({least} to {most})" if len(numbers) > 1 else ""
    return mean + spread + (f", {len(numbers)} of {len(rows)}" if len(numbers) < len(rows) else "")


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of the files that are named."""
    parser = argparse.ArgumentParser(prog="workers.simulation.seeds", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="JSON", help="what --json wrote")
    files = parser.parse_args(arguments).runs
    try:
        sys.stdout.write(markdown_of([read_run(path) for path in files]))
    except (ValueError, OSError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
