"""What a chart and a five-page report cost, as ratios that hold on any machine.

Run: bin/bench pdf
The yardsticks: formatting one small Django template (for charts), and the same report made by
WeasyPrint without tags (for PDFs). Needs neither database nor broker.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import django
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
settings.configure(
    LANGUAGE_CODE="en-gb",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [ROOT / "templates"],
            "OPTIONS": {},
        }
    ],
)
django.setup()

import weasyprint  # noqa: E402 - after the settings
from django.template import engines  # noqa: E402

from painclinic import pdf  # noqa: E402
from painclinic.charts import (  # noqa: E402
    Bar,
    Event,
    Figure,
    Point,
    Series,
    Stack,
    line_chart,
    line_figure,
    sparkline,
    stack_figure,
    stacked_bar_chart,
)
from painclinic.pdf.fetcher import StaticFetcher  # noqa: E402

FIRST = date(2027, 3, 1)
DAYS = [FIRST + timedelta(days=index) for index in range(42)]
PAIN = Series("Pain", [Point(day, index * 7 % 11) for index, day in enumerate(DAYS)])
MOOD = Series("Mood", [Point(day, index * 5 % 11) for index, day in enumerate(DAYS)])
LONG = Series("Pain", [Point(FIRST + timedelta(days=index), index * 7 % 11) for index in range(4000)])
STACK = Stack(
    [Bar(day, [20 + index * 13 % 90, 10 + index * 7 % 60], index % 11) for index, day in enumerate(DAYS)],
    ["Up-time", "Down-time"],
    "minutes",
    "Pain after, 0 to 10",
)
EVENTS = [Event(DAYS[0], "Week 1 began"), Event(DAYS[14], "Week 2 began")]
REPORT = """{% extends "pdf/base.html" %}{% block body %}
{% for figure in figures %}<section>{% include "pdf/figure.html" %}</section>{% endfor %}
{% for number in weeks %}{% include "pdf/quote.html" with who="Maria, 7 March" text=text %}
{% include "pdf/quote.html" with who="Anna, 9 March" text=text voice="therapist" %}{% endfor %}
{% include "pdf/table.html" with caption="The log" head=table.head rows=table.rows %}{% endblock %}"""


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000


def figures() -> list[Figure]:
    lines = [line_figure([PAIN, MOOD], uid=f"l{n}", title=f"Lines {n}", y_range=(0, 10)) for n in range(3)]
    return [*lines, *(stack_figure(STACK, uid=f"s{n}", title=f"Bars {n}") for n in range(2))]


def report() -> str:
    drawn = figures()
    context = {
        "language": "en-GB",
        "title": "Progress report",
        "clinic_name": "Lakeside",
        "made": "Made by Anna",
    }
    text = "When my back hurts I lie down, and in the evening I am sad about the day. " * 3
    context |= {"figures": drawn, "table": drawn[0].table, "text": text, "weeks": range(3)}
    return engines["django"].from_string(REPORT).render(context)


def document(html: str) -> weasyprint.Document:
    fetcher = StaticFetcher({"css/pdf.css": ROOT / "static" / "css" / "pdf.css"})
    return weasyprint.HTML(string=html, url_fetcher=fetcher).render()


def main() -> None:
    row = engines["django"].from_string("<p>{% for day in days %}{{ day }} {% endfor %}</p>")
    bare = milliseconds(lambda: row.render({"days": range(42)}), 200)
    charts = {
        "line chart, 2 lines of 42 days": lambda: line_chart(
            [PAIN, MOOD], uid="a", title="Pain", y_range=(0, 10), events=EVENTS
        ),
        "line chart, 4,000 days": lambda: line_chart([LONG], uid="a", title="Pain", y_range=(0, 10)),
        "bars, 42 days with ratings": lambda: stacked_bar_chart(STACK, uid="a", title="Log"),
        "sparkline, 14 values": lambda: sparkline([4.0] * 14, uid="a", title="Pain", y_range=(0, 10)),
        "figure: 2 pictures, sentence, table": lambda: stack_figure(STACK, uid="a", title="Log"),
    }
    print(f"yardstick: a Django template with 42 values  {bare:6.2f} ms")
    for name, draw in charts.items():
        taken = milliseconds(draw, 50)
        print(f"{name:44} {taken:6.2f} ms  x{taken / bare:5.1f}")

    html = report()
    made = pdf.render(html, title="Report", language="en-GB")
    pages = len(document(html).pages)
    plain = milliseconds(lambda: document(html).write_pdf(), 7)
    tagged = milliseconds(lambda: pdf.render(html, title="Report", language="en-GB"), 7)
    print(f"yardstick: WeasyPrint without tags           {plain:6.0f} ms")
    print(f"report of {pages} pages, 5 charts, tagged          {tagged:6.0f} ms  x{tagged / plain:5.2f}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"size {len(made) // 1000} kB; memory at most {memory} MB")


if __name__ == "__main__":
    main()
