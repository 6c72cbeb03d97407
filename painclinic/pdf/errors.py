"""What can go wrong when a PDF is made; no message quotes the document."""


class PdfError(Exception):
    """A PDF could not be made."""


class PdfUnavailable(PdfError):  # noqa: N818 - the name says the state, and callers catch it as one
    """This machine lacks the Pango libraries that WeasyPrint needs."""

    def __init__(self) -> None:
        super().__init__(
            "PDFs need the Pango libraries of the system. On Debian: apt-get install "
            "--no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        )


class PdfTooLarge(PdfError):  # noqa: N818 - see above
    """The document is too large to lay out in reasonable time."""
