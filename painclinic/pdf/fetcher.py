"""What a PDF may load: files that the caller named, and nothing else."""

import mimetypes
from collections.abc import Mapping
from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse

_SCHEME = "static:"


class StaticFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Answers `static:<name>` from an explicit map; refuses everything else and counts it.

    WeasyPrint's own fetcher opens http and file addresses, follows redirects, and puts local files
    into the PDF when a page has `<link rel="attachment">`; here none of its handlers is reached.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)
        self._files = files
        self.refused = 0

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """The file of that name, or ValueError, which WeasyPrint takes as "not there"."""
        path = self._files.get(url.removeprefix(_SCHEME)) if url.startswith(_SCHEME) else None
        if path is None:
            self.refused += 1
            raise ValueError("refused")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
