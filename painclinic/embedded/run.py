"""`python -m painclinic.embedded.run COMMAND...`: one command with throw-away servers and test settings.

For checks that need the settings, or a database, and keep nothing: `makemigrations --check`, a benchmark.
"""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from painclinic.embedded.cluster import cluster


def main(command: list[str]) -> int:
    """The exit code of the command."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="painclinic-"))
        urls = stack.enter_context(cluster(Path(folder), ephemeral=True))
        environment = os.environ | urls.environment() | _settings()
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - as asked for


def _settings() -> dict[str, str]:
    return {
        "PAINCLINIC_MODE": "test",
        "PAINCLINIC_DB_ROLE": "owner",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "PAINCLINIC_KEYS": f"test:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
