"""The end of processes that a test has started."""

import subprocess


def wait_or_kill(process: subprocess.Popen[bytes], within_s: float) -> None:
    """Wait until it ends, as it was told to; what does not is killed."""
    try:
        process.wait(timeout=within_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
