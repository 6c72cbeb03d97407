"""Becomes a server process that cannot outlive the process that started it.

Run as a script (`python -I -S launch.py USER PARENT_PID COMMAND...`), not imported: these steps must happen
between fork and exec, and doing them in a fresh interpreter is safe whatever threads the parent has.
USER is `same`, `namespace` or the number of a system user (see `identity.py`).
"""

import ctypes
import os
import signal
import sys
import threading

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = 65534


def main(user: str, parent: str, *command: str) -> None:
    """Starts a session of its own, gives up root if asked, ties its life to the parent, and execs."""
    os.setsid()
    # A shell that starts us in the background may have told us to ignore these; the servers must not.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if user == "namespace":
        enter_user_namespace()
    elif user != "same":
        become(int(user))
    if sys.platform != "linux":
        _exec_and_watch(list(command))
    # Last, because changing credentials clears it. SIGINT is PostgreSQL's fast shutdown and ends the others.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent has gone")
    _exec(list(command))


def enter_user_namespace() -> None:
    """Turns root into nobody for itself only: no user to add, and root's files stay readable as its own."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) != 0:
        sys.exit(f"no user namespace: {os.strerror(ctypes.get_errno())}")
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{NOBODY} 0 1")
    _write("/proc/self/gid_map", f"{NOBODY} 0 1")


def become(uid: int) -> None:
    """Drops root for good in favour of a system user."""
    import pwd

    os.setgroups([])
    os.setgid(pwd.getpwuid(uid).pw_gid)
    os.setuid(uid)


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _exec(command: list[str]) -> None:
    try:
        os.execvp(command[0], command)  # noqa: S606 - the whole purpose; the command is our own, no shell
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error.strerror}")


def _exec_and_watch(command: list[str]) -> None:
    """Where there is no PR_SET_PDEATHSIG: a go-between ends the server when the parent's pipe closes."""
    child = os.fork()
    if child == 0:
        _exec(command)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda number, _frame: os.kill(child, number))

    def watch() -> None:
        while os.read(0, 1):
            continue
        os.kill(child, signal.SIGINT)

    threading.Thread(target=watch, daemon=True).start()
    _, status = os.waitpid(child, 0)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main(*sys.argv[1:])
