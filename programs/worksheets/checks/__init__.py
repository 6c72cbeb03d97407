"""The checks a worksheet may name under `checks`: what no single field can tell is wrong.

A check is a pure function of the values and today's date that gives the faults it finds, each
with the field it belongs beside and one plain sentence. It runs on a whole filling (not on a
draft), and only when none of the fields it reads has a fault of its own already; a field that is
not required may then still be empty. One file for each topic; `CHECKS` is the register.
"""

from collections.abc import Mapping

from programs.worksheets.checks import goals, pacing, sleep
from programs.worksheets.checks.kinds import Check, Fault

CHECKS: Mapping[str, Check] = {**goals.CHECKS, **pacing.CHECKS, **sleep.CHECKS}

__all__ = ["CHECKS", "Check", "Fault"]
