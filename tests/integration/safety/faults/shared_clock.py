"""A clock that a test moves for several processes at once: each follows a file with the shift in seconds.

For processes of the fault tests only. Nothing of the product reads such a file.
"""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

from painclinic import clock

EVERY_SECONDS = 0.02


def write(file: Path, shift: timedelta) -> None:
    """Move the clock of every process that follows, and of this one."""
    scratch = file.with_suffix(".new")
    scratch.write_text(repr(shift.total_seconds()))
    scratch.rename(file)
    clock.set_shift(shift)


def follow() -> None:
    """From now on the clock of this process is moved as the file says."""
    file = Path(os.environ["FAULT_CLOCK"])
    clock.set_shift(_read(file))
    threading.Thread(target=_keep_following, args=(file,), name="moved-clock", daemon=True).start()


def _keep_following(file: Path) -> None:
    while True:
        clock.set_shift(_read(file))
        time.sleep(EVERY_SECONDS)


def _read(file: Path) -> timedelta:
    return timedelta(seconds=float(file.read_text()))
