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
from collections.abc import Sequence
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1


def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    death_signal: signal.Signals = signal.SIGTERM,
    unprivileged_folders: Sequence[Path] = (),
    stdout: int | None = None,
    pass_fds: tuple[int, ...] = (),
    foreground: bool = False,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; it gets `death_signal` when this thread ends.

    In the foreground it shares the terminal instead: its input and its Ctrl-C. With
    `unprivileged_folders` a root caller's program runs as nobody and owns those folders.
    """
    launcher = [sys.executable, "-I", "-S", __file__]
    options = ["--parent", str(os.getpid()), "--death-signal", str(int(death_signal))]
    if os.geteuid() == 0:
        options += [f"--unprivileged-folder={folder}" for folder in unprivileged_folders]
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


def _enter_user_namespace(user: pwd.struct_passwd) -> bool:
    """Appear as `user` to the program, while its files stay root's; False where that is refused."""
    try:
        _libc_call("unshare", CLONE_NEWUSER)
    except OSError:
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user.pw_uid} 0 1")
    Path("/proc/self/gid_map").write_text(f"{user.pw_gid} 0 1")
    return True


def drop_root(folders: list[Path]) -> None:
    """Become nobody: by a user namespace, or by setuid where that is refused or was before."""
    nobody = pwd.getpwnam("nobody")
    is_nobodys = folders[0].stat().st_uid == nobody.pw_uid
    if not is_nobodys and _enter_user_namespace(nobody):
        return
    for path in (path for folder in folders for path in (folder, *folder.rglob("*"))):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--unprivileged-folder", type=Path, action="append")
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
