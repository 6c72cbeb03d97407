"""What is known of the request that is being served, for the audit trail and the logs."""

import ipaddress
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    request_id: str
    address: str


EMPTY = RequestContext(request_id="", address="")
current: ContextVar[RequestContext] = ContextVar("request_context", default=EMPTY)


def address_prefix(address: str) -> str:
    """The network an address belongs to (/24 or /48): enough to notice, too little to track."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{address}/{24 if parsed.version == 4 else 48}", strict=False))
