"""Start one program so that it cannot outlive its parent, and, where asked, not as root.

Run as a script by `spawn`, without the site packages, so that it costs about 20 ms; it then becomes
the program. A `preexec_fn` would do the same in the parent's memory, which is unsafe with threads.
"""

import argparse
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    unprivileged_folder: Path | None = None,
    stdout: int | None = None,
    pass_fds: tuple[int, ...] = (),
    foreground: bool = False,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; it gets `death_signal` when this thread ends.

    In the foreground it shares the terminal instead: its input and its Ctrl-C. With
    `unprivileged_folder` a root caller's program runs as nobody and owns that folder.
    """
    launcher = [sys.executable, "-I", "-S", __file__]
    options = ["--parent", str(os.getpid()), "--death-signal", str(int(death_signal))]
    if unprivileged_folder is not None and os.geteuid() == 0:
        options += ["--unprivileged-folder", str(unprivileged_folder)]
    return subprocess.Popen(
        [*launcher, *options, "--", *command],
        env=env,
        stdin=None if foreground else subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        pass_fds=pass_fds,
        cwd=cwd,
        start_new_session=not foreground,
    )


def _libc_call(name: str, *args: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*args) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def drop_root(folder: Path) -> None:
    """Become nobody: inside a user namespace if allowed (files stay root's), else by setuid."""
    nobody = pwd.getpwnam("nobody")
    if folder.stat().st_uid != nobody.pw_uid:
        try:
            _libc_call("unshare", CLONE_NEWUSER)
        except OSError:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        else:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{nobody.pw_uid} 0 1")
            Path("/proc/self/gid_map").write_text(f"{nobody.pw_gid} 0 1")
            return
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--unprivileged-folder", type=Path)
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()
    if args.unprivileged_folder:
        drop_root(args.unprivileged_folder)
    # Last, because a change of user clears it. The parent may have died before it took effect.
    _libc_call("prctl", PR_SET_PDEATHSIG, args.death_signal, 0, 0, 0)
    if os.getppid() != args.parent:
        sys.exit("the supervisor is gone")
    os.execvp(args.command[0], args.command)


if __name__ == "__main__":
    main()
