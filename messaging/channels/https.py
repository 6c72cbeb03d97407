"""One POST to a server outside: over TLS to the host that was named, and to nowhere that it points to.

The address is looked up once, every answer is checked, and the connection goes to what was checked: a name
that leads into the own network, at once or at a second look, is refused (ASVS 1.3.6, 15.3.2). Redirects and
proxies of the environment are not followed.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

TIMEOUT = 8.0
MOST_BYTES = 4096
# Addresses that hold another one: NAT64, whose inner address may be a private one.
_TRANSLATED = ip_network("64:ff9b::/96")


class PrivateAddressError(Exception):
    """The host is, or leads to, an address within a private network."""


@dataclass(frozen=True)
class Answer:
    """Status, headers by lower-case name, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300


class _Pinned(http.client.HTTPSConnection):
    """Connects to an address that was checked, and asks for the certificate of the name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        raw = socket.create_connection((self._address, self.port), TIMEOUT)
        try:
            self.sock = self._tls.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise


def post(url: str, body: bytes, headers: Mapping[str, str], *, may_be_private: bool = False) -> Answer:
    """Send `body` and read the beginning of the answer, whatever its status.

    Raises PrivateAddressError, and OSError or HTTPException when there is no answer.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 443
    address = _address_of(host, port, may_be_private=may_be_private)
    connection = _Pinned(host, port, address, ssl.create_default_context())
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read(MOST_BYTES))
    finally:
        connection.close()


def _address_of(host: str, port: int, *, may_be_private: bool) -> str:
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    is_test = settings.MODE == "test" and host in settings.TEST_PRIVATE_HOSTS
    if not may_be_private and not is_test and not all(is_public(str(one)) for one in found):
        raise PrivateAddressError
    return str(found[0])


def is_public(text: str) -> bool:
    """Whether an address is one of the internet at large, and holds no other one that is not."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.teredo:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast
