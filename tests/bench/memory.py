"""Peak memory: of work in a process of its own, and of processes of a stack."""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.stack import Stack, descendants

Figures = Mapping[str, object]


def measured_alone(measure: Callable[..., Figures], *arguments: object) -> dict[str, object]:
    """Call it in a fresh process, and add the most memory that this process ever held."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, measure, arguments).result()


def peak_mib(process: int | str) -> float:
    """Return the most that a process has held so far. Unlike ru_maxrss, it is no parent's."""
    status = Path(f"/proc/{process}/status").read_text().splitlines()
    [line] = [line for line in status if line.startswith("VmHWM")]
    return round(int(line.split()[1]) / 1024, 1)


def service_peak_mib(stack: Stack, service: str) -> float:
    """Return the largest peak among the processes of a service."""
    pid = stack.pid(service)
    assert pid is not None, f"{service} does not run"
    return max(peak_mib(each) for each in [pid, *descendants(pid)])


def _measured(measure: Callable[..., Figures], arguments: tuple[object, ...]) -> dict[str, object]:
    figures = measure(*arguments)
    return {**figures, "peak_mib": peak_mib("self")}
