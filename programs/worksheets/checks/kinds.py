"""What a check is."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# The name of the field and what is wrong, for the person who typed it. The fields of a list's
# rows are named by their place among the filled rows: `trials-0-amount`.
Fault = tuple[str, str]


@dataclass(frozen=True)
class Check:
    """`needs` are the fields that it reads, name: type. Inside a list the name is `trials.amount`."""

    function: Callable[[Mapping[str, Any], dt.date], list[Fault]]
    needs: Mapping[str, str]
