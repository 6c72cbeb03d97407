"""Performance, accessibility and largest contentful paint of a patient's pages on a slow phone.

Run: bin/bench lighthouse [address ...]

Starts a demonstration of its own, signs its patient in, and lets Lighthouse look with its usual profile of a
slow phone. Lighthouse is no part of painclinic: npm installs it in a folder that is thrown away afterwards.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
ADDRESSES = ("/home/", "/course/", "/course/1/2/")
PATIENT, PASSWORD = "patient@demo.example", "demo-painclinic-2026"
LONGEST_START = 180
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def demonstration(folder: Path) -> Iterator[str]:
    """A demonstration that is gone afterwards; its address."""
    port = free_port()
    environment = {**os.environ, "PORT": str(port), "PAINCLINIC_DEMO_DIR": str(folder / "demo")}
    with (folder / "demo.log").open("w") as log:
        running = subprocess.Popen(
            [ROOT / "bin/demo", "--fresh"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        site, until = f"http://localhost:{port}", time.monotonic() + LONGEST_START
        while not answers(f"{site}/sign-in/"):
            if running.poll() is not None or time.monotonic() > until:
                sys.exit(f"The demonstration did not start:\n{(folder / 'demo.log').read_text()[-2000:]}")
            time.sleep(1)
        yield site
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(timeout=60)


@contextmanager
def signed_in(site: str, chrome: str, folder: Path) -> Iterator[int]:
    """A browser in which the demonstration's patient is signed in; the port at which it is steered."""
    port = free_port()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            str(folder / "profile"), executable_path=chrome, args=[*FLAGS, f"--remote-debugging-port={port}"]
        )
        page = browser.new_page()
        page.goto(f"{site}/sign-in/")
        page.fill("input[type=email]", PATIENT)
        page.fill("input[type=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/home/")
        page.close()
        yield port
        browser.close()


def look(lighthouse: Path, address: str, port: int, folder: Path) -> dict[str, Any]:
    """The report on one page, with nothing of it in the browser's memory."""
    report = folder / "report.json"
    command = [str(lighthouse), address, f"--port={port}", "--quiet"]
    command += ["--output=json", f"--output-path={report}", "--only-categories=performance,accessibility"]
    ran = subprocess.run(command, check=False, timeout=300, capture_output=True, text=True)
    if ran.returncode:
        sys.exit(f"Lighthouse could not look at {address}:\n{ran.stderr[-1500:]}")
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def line(address: str, found: dict[str, Any]) -> str:
    audits, scores = found["audits"], found["categories"]
    paint, weight = audits["largest-contentful-paint"], audits["total-byte-weight"]
    where = urllib.parse.urlsplit(found["finalDisplayedUrl"]).path
    moved = "" if where == address else f"   (led to {where})"
    return (
        f"{address:<32} {round(scores['performance']['score'] * 100):>11} "
        f"{round(scores['accessibility']['score'] * 100):>13} {paint['numericValue'] / 1000:>7.1f} s "
        f"{weight['numericValue'] / 1000:>7.1f}{moved}"
    )


def main() -> None:
    npm = shutil.which("npm")
    chrome = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not npm or not chrome:
        missing = "npm (Node.js)" if not npm else "Chromium"
        sys.exit(f"Lighthouse needs {missing}, which is not there. Nothing was measured.")
    with TemporaryDirectory(prefix="painclinic-lighthouse-") as name:
        folder = Path(name)
        install = [
            npm,
            "install",
            "--prefix",
            name,
            "--no-fund",
            "--no-audit",
            "--loglevel=error",
            "lighthouse",
        ]
        if subprocess.run(install, check=False).returncode:
            sys.exit("npm could not install Lighthouse. Nothing was measured.")
        with demonstration(folder) as site, signed_in(site, chrome, folder) as port:
            print(f"{'on a slow phone':<32} {'performance':>11} {'accessibility':>13} {'LCP':>9} {'kB':>7}")
            for address in sys.argv[1:] or ADDRESSES:
                lighthouse = folder / "node_modules/.bin/lighthouse"
                print(line(address, look(lighthouse, site + address, port, folder)), flush=True)


if __name__ == "__main__":
    main()
