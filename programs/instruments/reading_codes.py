"""Codes of other systems in an instrument's file."""

import re

from programs.loading.record import Record

LOINC = re.compile(r"([0-9]{1,8}|LA[0-9]{1,8})-[0-9]", re.ASCII)


def loinc(record: Record) -> str:
    """A LOINC code (of a term, or LA… of an answer), or nothing."""
    if not record.has("loinc"):
        record.node("loinc")
        return ""
    return record.matching("loinc", LOINC, "a LOINC code such as 44249-1 or LA6568-5")
