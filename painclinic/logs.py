"""Log lines as JSON with event names and ids only."""

import json
import logging
from datetime import UTC, datetime


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, logger, message; of an exception only type and place.

    Exception values are left out because they may quote what a person typed.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["at"] = _place(record)
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    """The message, with patterns in place of addresses: some hold the secret of an e-mailed link."""
    request = getattr(record, "request", None)
    match = getattr(request, "resolver_match", None)
    text = record.getMessage()
    return text.replace(request.path, f"/{match.route}") if request and match else text


def _place(record: logging.LogRecord) -> str:
    """Where an exception was raised, as `file:line`, from the innermost frame."""
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
