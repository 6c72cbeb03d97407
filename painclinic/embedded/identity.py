"""As whom PostgreSQL runs, and where it can reach its files.

PostgreSQL refuses to run as root. For root a private user namespace is tried first (nothing on the machine
changes); where that is forbidden, as in many containers, a system user without rights takes over.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from painclinic.embedded.process import ServerError, launched

SYSTEM_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Identity:
    """The `USER` argument of the launcher, and the number of the system user if it is one."""

    launch_as: str
    uid: int | None = None

    def owns(self, path: Path) -> None:
        """Hands a file or folder to the system user; nothing to do for the other identities."""
        if self.uid is not None:
            os.chown(path, self.uid, pwd.getpwuid(self.uid).pw_gid)

    def runs(self, program: Path) -> bool:
        """Whether this identity can reach and start the program."""
        done = subprocess.run(  # noqa: S603 - a fixed command without a shell
            launched([program, "--version"], user=self.launch_as),
            capture_output=True,
            check=False,
            timeout=30,
        )
        return done.returncode == 0

    def reachable(self, path: Path) -> bool:
        """Whether a system user may pass through every folder above `path`."""
        if self.uid is None:
            return True
        return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)


def identity() -> Identity:
    """Whoever we are, unless that is root."""
    if os.geteuid() != 0:
        return Identity("same")
    if sys.platform == "linux" and Identity("namespace").runs(Path("/bin/true")):
        return Identity("namespace")
    return system_user()


def system_user() -> Identity:
    """The first system user without rights that this machine knows."""
    for name in SYSTEM_USERS:
        try:
            uid = pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
        return Identity(str(uid), uid)
    raise ServerError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody'.")


def data_folder(path: Path, who: Identity) -> Path:
    """`path`, or for a system user that cannot reach it a folder under the system's temporary one.

    The folder's name follows from `path`, so that the next start finds the same data.
    """
    if who.reachable(path):
        return path
    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]
    return shared_folder() / name


def shared_folder() -> Path:
    """A folder that only root writes to and system users may pass through."""
    folder = Path("/var/lib/painclinic-embedded")
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.chmod(0o755)
    return folder


def reachable_copy(programs: Path, who: Identity) -> Path:
    """The `bin` folder of a PostgreSQL, copied with its libraries to where a system user can reach it."""
    if who.uid is None or who.runs(programs / "postgres"):
        return programs
    package = programs.parent.parent
    target = shared_folder() / f"programs-{hashlib.sha256(str(package).encode()).hexdigest()[:16]}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=shared_folder()) as scratch:
            # The wheel keeps shared libraries in a folder beside the package.
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, Path(scratch, "copy", part.name), symlinks=True)
            os.rename(Path(scratch, "copy"), target)
    return target / package.name / programs.parent.name / programs.name
