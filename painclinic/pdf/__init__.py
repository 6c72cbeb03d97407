"""HTML to tagged PDF (PDF/UA-1). Knows nothing of the apps.

WeasyPrint needs the Pango libraries of the system; it is imported only when a PDF is made, so that
everything else works without them. `available()` is for the health page.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from painclinic.pdf.errors import PdfError, PdfTooLarge, PdfUnavailable

__all__ = ["PdfError", "PdfTooLarge", "PdfUnavailable", "available", "render"]

MAX_HTML = 4_000_000
_STATIC = Path(__file__).resolve().parents[2] / "static"
_STYLES = {"css/pdf.css": _STATIC / "css" / "pdf.css"}
_log = logging.getLogger(__name__)


def render(
    html: str,
    *,
    title: str,
    language: str,
    author: str = "",
    static_files: Mapping[str, Path] | None = None,
) -> bytes:
    """The page as a tagged PDF with title, language and author in its metadata.

    The HTML may name only files in `static_files`, as `static:<name>`; nothing else is fetched, from
    the network or from the disk, whatever the HTML asks for. `static:css/pdf.css` is always there.
    Raises PdfTooLarge for HTML over four million characters, PdfUnavailable without Pango.
    """
    if len(html) > MAX_HTML:
        raise PdfTooLarge
    weasyprint = _weasyprint()
    from painclinic.pdf.fetcher import StaticFetcher
    from painclinic.pdf.tags import mend_tags

    fetcher = StaticFetcher(_STYLES | dict(static_files or {}))
    try:
        document = weasyprint.HTML(string=html, url_fetcher=fetcher).render()
    except weasyprint.urls.URLFetchingError:
        # Most refusals are passed over in silence; a colour profile's is not (WeasyPrint 70).
        raise PdfError("The document asks for a file that it may not have.") from None
    document.metadata.title, document.metadata.lang = title, language
    document.metadata.authors = [author] if author else []
    document.metadata.generator = "painclinic"
    # The text of the page could ask to have files put into the PDF; none is wanted.
    document.metadata.attachments = []
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", finisher=mend_tags)
    if fetcher.refused:
        _log.warning("pdf_fetch_refused %d", fetcher.refused)
    return pdf


def available() -> bool:
    """Whether PDFs can be made on this machine."""
    try:
        _weasyprint()
    except PdfUnavailable:
        return False
    return True


@lru_cache(maxsize=1)
def _weasyprint() -> Any:
    """WeasyPrint, kept from writing what is in a document to the log."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PdfUnavailable from error
    # Its messages quote addresses and styles, which may hold what a person typed.
    logging.getLogger("weasyprint").disabled = True
    logging.getLogger("weasyprint").propagate = False
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    return weasyprint
