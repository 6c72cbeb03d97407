"""A PDF holds what it was given and nothing else: no network, no disk, no markup from people."""

import logging
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from painclinic import pdf
from tests.unit.pdf.parsed import Parsed

CANARY = "canary-7f3a"


class Listener:
    """A web server on the loopback that counts who knocks and sends them on to a file."""

    def __init__(self) -> None:
        self.hits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                if connection.recv(1000).startswith(b"stop"):
                    return
                self.hits += 1
                connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n\r\n")

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as connection:
            connection.sendall(b"stop")
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = Listener()
    yield server
    server.close()


def render(body: str, head: str = "", **more: object) -> bytes:
    html = f'<html lang="en"><head>{head}</head><body>{body}</body></html>'
    return pdf.render(html, **({"title": "Report", "language": "en"} | more))  # type: ignore[arg-type]


def reaching(url: str) -> tuple[str, str]:
    """Every way we know in which a page can ask for something else."""
    head = f"""
        <base href="{url}/base/"><link rel="stylesheet" href="{url}/a.css">
        <link rel="attachment" href="{url}/file.txt"><link rel="icon" href="{url}/icon.png">
        <style>@import url({url}/b.css); @font-face {{ font-family: x; src: url({url}/f.woff2) }}
        @page {{ background: url({url}/p.png) }}
        p {{ font-family: x; background: url({url}/bg.png); list-style: url({url}/l.png) }}
        p::before {{ content: url({url}/before.png) }} div {{ border-image: url({url}/border.png) 1 }}
        </style>"""
    body = f"""
        <p>x</p><div>y</div><img src="{url}/i.png" alt="a">
        <img srcset="{url}/i2.png 2x" src="relative.png" alt="b">
        <object data="{url}/o.svg"></object><embed src="{url}/e.svg"><iframe src="{url}"></iframe>
        <a rel="attachment" href="{url}/file.txt">file</a><video poster="{url}/v.png"></video>
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
        <style>@import url({url}/svg.css);</style><image href="{url}/s.png" width="5" height="5"/>
        <image xlink:href="{url}/s2.png" width="5" height="5"/><use href="{url}/u.svg#a"/></svg>
        <img alt="c" src="data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg'&gt;
        &lt;image href='{url}/d.png' width='5' height='5'/&gt;&lt;/svg&gt;">"""
    return head, body


def test_html_that_asks_for_network_addresses_gets_none(listener: Listener) -> None:
    head, body = reaching(listener.url)
    assert render(body, head).startswith(b"%PDF")
    assert listener.hits == 0


def test_html_that_asks_for_local_files_gets_none(tmp_path: Path) -> None:
    for name in ("file.txt", "i.png", "s.png", "a.css"):
        (tmp_path / name).write_text(f"p::after {{ content: '{CANARY}' }}")
    for url in (tmp_path.as_uri(), str(tmp_path), f"static:../../..{tmp_path}", f"static:{tmp_path}"):
        head, body = reaching(url)
        document = Parsed(render(body, head))
        assert CANARY not in document.everything
        assert "EmbeddedFile" not in document.everything


def test_colour_profile_from_elsewhere_is_refused_without_naming_it(listener: Listener) -> None:
    with pytest.raises(pdf.PdfError) as error:
        render("x", f"<style>@color-profile --swop {{ src: url({listener.url}/c.icc) }}</style>")
    assert "127.0.0.1" not in str(error.value)
    assert error.value.__suppress_context__
    assert listener.hits == 0


def test_listener_would_have_been_hit_without_our_fetcher(listener: Listener) -> None:
    """The control: WeasyPrint itself does reach out, so that the tests above prove something."""
    weasyprint = pytest.importorskip("weasyprint")
    weasyprint.HTML(string=f'<img src="{listener.url}/i.png" alt="a">').write_pdf()
    assert listener.hits > 0


def test_refused_addresses_are_counted_in_the_log_without_their_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        render(f'<p style="colour: {CANARY}">x</p><img src="http://{CANARY}.example/" alt="a">')
    said = [record.getMessage() for record in caplog.records]
    assert "pdf_fetch_refused 1" in said
    assert CANARY not in "".join(said)


def test_named_static_file_is_used(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h7.25v3z"/></svg>'
    )
    plain = Parsed(render('<img src="static:logo.svg" alt="Logo">'))
    drawn = Parsed(render('<img src="static:logo.svg" alt="Logo">', static_files={"logo.svg": logo}))
    assert "7.25" in drawn.everything
    assert "7.25" not in plain.everything


def test_metadata_name_title_author_and_language() -> None:
    html = (
        '<html lang="de"><head><title>Other</title><meta name="author" content="Other"></head><p>x</p></html>'
    )
    document = Parsed(
        pdf.render(html, title="Progress report", language="nb", author="Lakeside (Pain) Clinic")
    )
    info = document.one("/Producer")
    assert "/Title (Progress report)" in info
    assert r"/Author (Lakeside \(Pain\) Clinic)" in info
    assert "/Lang (nb)" in document.one("/Type /Catalog")


def test_sheet_carries_clinic_maker_and_page_numbers_and_keeps_markup_text() -> None:
    context = {
        "language": "en",
        "title": "Report <b>",
        "clinic_name": "Lakeside <script>",
        "made": 'Made by "Anna"',
        "large_print": True,
        "paper": "letter",
    }
    html = render_to_string("pdf/base.html", context)
    assert "<script" not in html
    assert 'data-made="Made by &quot;Anna&quot;"' in html
    document = Parsed(pdf.render(html, title="Report", language="en"))
    assert "/MediaBox [0 0 612 792]" in document.everything
    assert sum("/Type /Page/" in text for text in document.objects.values()) == 1
    assert "/Pagination" in document.everything


def test_words_of_people_stay_words() -> None:
    evil = "<img src=x onerror=alert(1)>\n\n{{ 7*7 }} {% now %}"
    html = render_to_string("pdf/quote.html", {"who": "<i>Maria</i>", "text": evil, "voice": '"><b>'})
    assert "<img" not in html
    assert "<i>" not in html
    assert "<b>" not in html
    assert "{{ 7*7 }}" in html


def test_parts_of_a_sheet_escape_what_they_are_given() -> None:
    facts = render_to_string("pdf/facts.html", {"facts": [("<b>", "<i>\nsecond line")]})
    table = render_to_string("pdf/table.html", {"caption": "<b>", "head": ["<b>"], "rows": [["<b>", "<i>"]]})
    assert not re.search(r"<[bi]>", facts + table)
    assert "<br>" in facts


def test_very_long_word_stays_on_the_sheet() -> None:
    html = render_to_string("pdf/quote.html", {"who": "Maria", "text": "x" * 2000})
    assert render(html, '<link rel="stylesheet" href="static:css/pdf.css">')


def test_html_that_is_too_large_is_refused() -> None:
    with pytest.raises(pdf.PdfTooLarge):
        render("x" * 4_000_001)


def test_without_pango_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._weasyprint.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    assert pdf.available() is False
    with pytest.raises(pdf.PdfUnavailable, match="libpango"):
        render("x")
    pdf._weasyprint.cache_clear()


def test_with_pango_pdfs_are_available() -> None:
    assert pdf.available() is True


def test_importing_the_module_does_not_load_weasyprint() -> None:
    code = "import sys, painclinic.pdf; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
