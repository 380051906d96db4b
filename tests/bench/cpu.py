"""CPU time, not waiting time, that one request costs the web processes and the database.

Read from the kernel's scheduler statistics (nanoseconds), process by process, around each request;
nothing else is sent meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from tests.client import Answer
from tests.stack import Stack, cpu_ns, descendants


@dataclass
class RequestCpu:
    """What requests of one kind cost; the first `warm_up` of them do not count."""

    stack: Stack
    warm_up: int
    server_ms: list[float] = field(default_factory=list)
    database_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    def measure(self, send: Callable[[], Answer]) -> Answer:
        before, database_before = self._tree_ns("web"), self._tree_ns("postgres")
        began = time.perf_counter()
        answer = send()
        self.wall_ms.append(1000 * (time.perf_counter() - began))
        assert answer.is_good, answer
        self.server_ms.append((self._tree_ns("web") - before) / 1e6)
        self.database_ms.append((self._tree_ns("postgres") - database_before) / 1e6)
        return answer

    @property
    def figures(self) -> dict[str, float]:
        counted = self.server_ms[self.warm_up :]
        return {
            "server_cpu_ms_median": self._median(self.server_ms),
            "server_cpu_ms_mean": round(sum(counted) / len(counted), 2),
            "database_cpu_ms_median": self._median(self.database_ms),
            "wall_ms_median": self._median(self.wall_ms),
        }

    def _median(self, values: list[float]) -> float:
        return round(median(values[self.warm_up :]), 2)

    def _tree_ns(self, service: str) -> int:
        pid = self.stack.pid(service)
        assert pid is not None, f"{service} does not run"
        return sum(cpu_ns(each) for each in [pid, *descendants(pid)])
