"""Habits of the code, read from its syntax trees and texts. Each exception stands here with its reason."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines

from painclinic.access.scoping import ScopedQuerySet

ROOT = Path(__file__).resolve().parents[1]
APPS = ("painclinic", "programs", "patients", "messaging", "therapists", "clinics")
# Files of these names meet requests or draw pages: they read patients' rows through one door.
FACING = re.compile(r"/(views|api|presenters|templatetags|access|forms|drafts|context|adapter)(/|\.py)")
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
PAGES = [path for path in TEMPLATES if path.suffix == ".html"]
Exceptions = dict[tuple[str, str], str]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def sources() -> list[Path]:
    """The code that runs; migrations are written by Django."""
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function with the classes and functions around it in its name."""

    def walk(node: ast.AST, around: str) -> Iterator[tuple[str, ast.FunctionDef]]:
        for child in ast.iter_child_nodes(node):
            inner = around
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = f"{around}.{child.name}" if around else child.name
            if isinstance(child, ast.FunctionDef):
                yield inner, child
            yield from walk(child, inner)

    yield from walk(tree_of(path), "")


def places(path: Path, wanted: Callable[[ast.AST], str]) -> Iterator[tuple[str, str, int]]:
    """Function, what `wanted` found in it, and the line; each node counts for its innermost function."""

    def walk(node: ast.AST, inside: str) -> Iterator[tuple[str, str, int]]:
        for child in ast.iter_child_nodes(node):
            found = wanted(child)
            if found:
                yield inside, found, getattr(child, "lineno", 0)
            deeper = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else inside
            yield from walk(child, deeper)

    yield from walk(tree_of(path), "module")


def faults_of(
    paths: list[Path], wanted: Callable[[ast.AST], str], exceptions: Exceptions
) -> tuple[list[str], set[tuple[str, str]]]:
    """What is found outside the exceptions, and which exceptions were of use."""
    faults, used = [], set()
    for path in paths:
        for function, found, line in places(path, wanted):
            key = (name_of(path), function)
            if key in exceptions:
                used.add(key)
            else:
                faults.append(f"{name_of(path)}:{line} {function}: {found}")
    return faults, used


def hold(paths: list[Path], wanted: Callable[[ast.AST], str], exceptions: Exceptions) -> None:
    """Nothing outside the list, and nothing in the list that is gone."""
    faults, used = faults_of(paths, wanted, exceptions)
    assert not faults, "\n".join(["", *faults])
    stale = set(exceptions) - used
    assert not stale, f"these exceptions are needed no more: {stale}"


def dotted(node: ast.AST) -> str:
    """`a.b.c` for names and attributes; calls in between are left out."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        return dotted(node.func)
    return node.id if isinstance(node, ast.Name) else ""


# --- time ---------------------------------------------------------------------------------------

CLOCKS = re.compile(
    r"(^|\.)(timezone\.now|(datetime|dt\.datetime)\.(now|utcnow|today)|"
    r"date\.today|time\.time|time\.time_ns|functions\.Now)$"
)
CLOCK_EXCEPTIONS: Exceptions = {
    ("painclinic/clock.py", "now"): "this is the clock",
    (
        "painclinic/ids.py",
        "new_id",
    ): "ids are made below the clock; their time is for the index, not for people",
    ("clinics/demo/clock.py", "days_ago"): "the demonstration's past is counted from the real day",
    ("clinics/demo/clock.py", "living_at"): "moves the clock: it has to know where from",
}


def _is_clock(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and CLOCKS.search(dotted(node)):
        return dotted(node)
    if isinstance(node, ast.Call) and dotted(node).endswith(("timezone.localtime", "timezone.localdate")):
        return "" if node.args else f"{dotted(node)} of no moment"
    if isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
        return str(node.arg)
    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("django.db.models"):
        return next((f"import {a.name}" for a in node.names if a.name in {"Now", "TruncNow"}), "")
    return ""


def test_time_comes_from_the_one_clock() -> None:
    # The supervisor of the embedded servers knows no Django; it measures waits, not moments.
    running = [path for path in sources() if "embedded" not in path.parts]
    hold(running, _is_clock, CLOCK_EXCEPTIONS)


def test_templates_do_not_ask_for_the_time() -> None:
    assert not [name_of(path) for path in TEMPLATES if re.search(r"{%\s*now\b", path.read_text())]


# --- rows of patients ---------------------------------------------------------------------------

DOORS = {"visible_to", "treated_by", "asked_by"}
OTHER_WAYS: Exceptions = {
    (
        "clinics/forms/patients.py",
        "clean",
    ): "a namesake in the admin's own clinic, by exact name and birthday",
    ("clinics/presenters.py", "openings_of"): "names for the clinic's own audit events, by their ids",
    ("clinics/views/patients.py", "patient_list"): "what is prefetched of patients that visible_to gave",
    (
        "patients/presenters/homework.py",
        "version_views",
    ): "what is prefetched of homework that visible_to gave",
}


@cache
def patient_models() -> frozenset[str]:
    """Every model whose rows have to say who may see them."""
    return frozenset(
        model.__name__
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), ScopedQuerySet)
    )


def test_every_row_of_a_patient_has_the_one_door() -> None:
    """A model with a patient on it, however it got there, has a queryset that asks who is looking."""
    with_patient = {
        model.__name__
        for model in apps.get_models()
        if any(field.name == "patient" for field in model._meta.get_fields() if not field.auto_created)
    }
    assert with_patient <= patient_models(), with_patient - patient_models()


def _is_other_way(path: Path) -> Callable[[ast.AST], str]:
    opened = {
        id(node.value)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in DOORS
    }

    def wanted(node: ast.AST) -> str:
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            owner = dotted(node.value).rpartition(".")[2]
            if owner in patient_models() and id(node) not in opened:
                return f"{owner}.{node.attr} without visible_to"
        if isinstance(node, ast.Call) and dotted(node).endswith(("get_model", ".raw", ".extra", "cursor")):
            return f"{dotted(node)}: a way around visible_to"
        return ""

    return wanted


def test_pages_reach_rows_of_patients_through_visible_to_only() -> None:
    faults: list[str] = []
    used: set[tuple[str, str]] = set()
    for path in sources():
        if FACING.search(f"/{name_of(path)}") and "/actions/" not in name_of(path):
            found, needed = faults_of([path], _is_other_way(path), OTHER_WAYS)
            faults += found
            used |= needed
    assert not faults, "\n".join(["", *faults])
    assert used == set(OTHER_WAYS), f"these exceptions are needed no more: {set(OTHER_WAYS) - used}"


# --- writes -------------------------------------------------------------------------------------

WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
WRITERS = re.compile(r"/(actions(/|\.py)|embedded/|management/|demo/)")
WRITING: Exceptions = {
    ("messaging/adapter.py", "save"): "the sign-in library's form, whose part it is to send the mail",
    ("messaging/demo_mailbox.py", "send_messages"): "a mail server's part, and in demonstrations only",
    ("painclinic/accounts/models.py", "save"): "fills in the working days of a new clinic",
    ("painclinic/crypto/keys.py", "create_many"): "the kernel below all actions makes the keys of new people",
    ("painclinic/crypto/keys.py", "rewrap_batch"): "wraps keys anew; nobody's data changes",
    ("painclinic/batch.py", "write"): "stores what an action has put together, as its last step",
}


def _is_write(node: ast.AST) -> str:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    name = node.func.attr
    is_update = name == "update" and bool(node.keywords) and not node.args
    # `cache.delete(key)` and the like take what they delete; rows take nothing.
    is_other = name == "delete" and bool(node.args)
    return dotted(node) if is_update or (name in WRITES and not is_other) else ""


def test_only_actions_write() -> None:
    hold([path for path in sources() if not WRITERS.search(f"/{name_of(path)}")], _is_write, WRITING)


def action_files() -> list[Path]:
    return [
        path
        for path in sources()
        if (path.name == "actions.py" or "actions" in path.parent.parts)
        and path.name != "__init__.py"
        and "audit" not in path.parts
    ]


def public_actions() -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, node)
        for path in action_files()
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


# Functions of action files that are parts of others, or only read, and why they leave no event.
EVENTLESS = {
    "clinics/results/actions.py:cells_by_full_count": "reads",
    "clinics/results/actions.py:kept_cells": "reads",
    "messaging/actions/outbox.py:own_key": "part of other actions, which have events",
    "messaging/actions/ways.py:note_success": "part of the delivery, which has its events",
    "patients/actions/alerts.py:add_event": "part of other actions, which have events",
    "patients/actions/alerts.py:locked_alert": "reads",
    "patients/actions/alerts.py:plan_step": "part of other actions, which have events",
    "patients/actions/consent.py:text_to_agree_to": "reads",
    "patients/actions/deadlines.py:move_deadlines": "part of other actions, which have events",
    "patients/actions/deadlines.py:own_plan": "reads",
    "patients/actions/deadlines.py:spans_of": "reads",
    "patients/actions/drafts.py:checked": "checks a text; no database",
    "patients/actions/enrolment.py:note_activity": "part of other actions, which have events",
    "patients/actions/homework.py:extra_tasks": "reads",
    "patients/actions/homework.py:task_states": "reads",
    "patients/actions/measures.py:planned_occasion": "makes a row; no database",
    "patients/actions/progress.py:course_facts": "reads",
    "patients/actions/reports.py:note_percent": "how far the making is; the report has its events",
    "patients/actions/respite.py:flare_up_limits": "reads",
    "patients/actions/respite.py:usual_flare_up": "reads",
    "patients/actions/steering.py:next_module": "reads",
    "painclinic/accounts/actions.py:end_sessions": "part of other actions, which have events",
}


# Whoever follows an invitation is the one whom it names.
ACTS_FOR_THEMSELVES = {"painclinic/accounts/actions.py:accept_invitation"}


def test_every_action_leaves_an_event() -> None:
    """Directly, or by calling a function that does."""
    bodies = {
        (path, node.name): _calls(node)
        for path in action_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef)
    }
    recording: set[tuple[Path, str]] = set()
    for _ in range(6):
        known = {"record"} | {name for _, name in recording if not name.startswith("_")}
        recording |= {
            (path, name)
            for (path, name), calls in bodies.items()
            if calls & known or any((path, call) in recording for call in calls)
        }
    silent = {
        f"{name_of(path)}:{node.name}"
        for path, node in public_actions()
        if (path, node.name) not in recording
    }
    assert silent == set(EVENTLESS), f"{silent ^ set(EVENTLESS)}"


def _calls(node: ast.AST) -> set[str]:
    return {dotted(call).rpartition(".")[2] for call in ast.walk(node) if isinstance(call, ast.Call)}


def test_locks_let_others_refer_to_the_row() -> None:
    """A full lock stops whoever stores a row that points to the locked one, and two of those can stop each
    other for good: an alert's clock and the answer that comes in with it did.
    """
    faults = [
        f"{name_of(path)}:{call.lineno} locks without no_key=True"
        for path in sources()
        for call in ast.walk(tree_of(path))
        if isinstance(call, ast.Call)
        and dotted(call).rpartition(".")[2] == "select_for_update"
        and "no_key" not in {keyword.arg for keyword in call.keywords}
    ]
    assert not faults, "\n".join(["", *faults])


def test_actions_say_what_they_promise_and_who_acts() -> None:
    faults = []
    for path, node in public_actions():
        place = f"{name_of(path)}:{node.name}"
        names = [argument.arg for argument in node.args.kwonlyargs]
        if not ast.get_docstring(node):
            faults.append(f"{place} has no docstring")
        if place not in EVENTLESS and "by" not in names and place not in ACTS_FOR_THEMSELVES:
            faults.append(f"{place} does not say who acts: by=")
        if place not in EVENTLESS and node.args.args:
            faults.append(f"{place} takes arguments by place")
    assert not faults, "\n".join(["", *faults])


# --- text that is taken as HTML -----------------------------------------------------------------

SAFE_NAMES = {"mark_safe", "SafeString", "SafeData", "SafeText"}
SAFE_PLACES: Exceptions = {
    ("painclinic/templatetags/ui.py", "icon"): "our own SVG, from a dictionary in the code",
    ("painclinic/charts/svg.py", "node"): "our own SVG; every text and attribute is escaped where it enters",
    ("painclinic/charts/lines.py", "_y_label"): "an empty text",
    ("patients/templatetags/drafts.py", "kept_texts"): "an empty text",
    ("patients/workbook/on_paper.py", "on_paper"): "programme text, cleaned when loaded",
}


def _is_safe_mark(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and dotted(node).rpartition(".")[2] in SAFE_NAMES:
        return dotted(node)
    return ""


def test_nothing_is_marked_safe_outside_the_reviewed_places() -> None:
    hold(sources(), _is_safe_mark, SAFE_PLACES)


# Texts without markup: a mail that is read as it is.
UNESCAPED = re.compile(r"emails?/.*\.txt$|account/email/.*\.txt$")
SAFE_FILTERS = {
    "templates/patients/step_detail.html": "programme text, cleaned by nh3 when it was loaded",
    "templates/patients/resource_detail.html": "the same",
    "templates/patients/_relaxation.html": "the same",
}


def test_templates_escape_what_they_show() -> None:
    sign = re.compile(r"\|\s*(safe|safeseq)\b|{%\s*autoescape\s+off")
    found = {
        name_of(path): sign.findall(path.read_text())
        for path in TEMPLATES
        if sign.search(path.read_text()) and not UNESCAPED.search(name_of(path))
    }
    assert set(found) == set(SAFE_FILTERS), f"{found}"
    for name in SAFE_FILTERS:
        text = (ROOT / name).read_text()
        assert sign.search(text.replace("body_html|safe", "")) is None, "programme text only"


# --- pages --------------------------------------------------------------------------------------

INLINE = {
    "an inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.IGNORECASE
    ),
    "an inline style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "an htmx expression": re.compile(r"hx-on|hx-vals\s*=\s*[\"']js:|hx-vars", re.IGNORECASE),
    "an address elsewhere": re.compile(
        r"(?:src|action|poster|srcset)\s*=\s*[\"']\s*(?:https?:)?//"
        r"|<(?:link|use|image)\b[^>]*href=[\"'](?:https?:)?//"
        r"|<a\b[^>]*href=[\"'](?:https?:)?//(?!doi\.org/)",
        re.IGNORECASE,
    ),
}


@pytest.mark.parametrize("what", INLINE)
def test_pages_hold_nothing_that_the_content_policy_forbids(what: str) -> None:
    # A PDF's template is no page: its styles are inlined by WeasyPrint, which knows no policy.
    found = {
        name_of(path): INLINE[what].findall(path.read_text()) for path in PAGES if "pdf" not in path.parts
    }
    assert not {name: hits for name, hits in found.items() if hits}


TRANSLATED = re.compile(
    r"{%\s*block (?:area|width)\s*%}\w*{%\s*endblock[^%]*%}|<kbd>.*?</kbd>"
    r"|{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}|{%\s*comment\b.*?{%\s*endcomment\s*%}"
    r"|{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->|<script\b.*?</script>|<svg\b.*?</svg>",
    re.DOTALL,
)
TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
ENTITY = re.compile(r"&[a-zA-Z0-9#]+;")
SPOKEN = re.compile(
    r"\b(?:alt|title|aria-label|placeholder|aria-description)\s*=\s*[\"']([^\"']*[a-zA-Z]{2}[^\"']*)[\"']"
)
# Words that are the same in every language, and machine-read words.
UNTRANSLATED = {"painclinic", "GP", "SMS", "PDF", "doi"}
# It stands inside a tag of the page that includes it.
INSIDE_A_TAG = {"templates/components/draft_attributes.html"}


@pytest.mark.parametrize("path", [p for p in PAGES if name_of(p) not in INSIDE_A_TAG], ids=name_of)
def test_every_word_on_a_page_can_be_translated(path: Path) -> None:
    text = TRANSLATED.sub(" ", path.read_text())
    spoken = [found for found in SPOKEN.findall(text) if found.strip() not in UNTRANSLATED]
    assert not spoken, "attributes that are read out"
    visible = ENTITY.sub(" ", TAG.sub(" ", text))
    words = [word for word in re.findall(r"[^\W\d_]{2,}", visible) if word not in UNTRANSLATED]
    assert not words


# --- files --------------------------------------------------------------------------------------

LONG_FUNCTIONS: dict[str, str] = {}


def test_files_and_functions_stay_readable() -> None:
    faults = []
    for path in [*sources(), *sorted((ROOT / "tests").rglob("*.py"))]:
        most = 1000 if "tests" in path.parts else 400
        lines = len(path.read_text().splitlines())
        if lines > most:
            faults.append(f"{name_of(path)} has {lines} lines, more than {most}")
    for path in sources():
        for name, node in functions(path):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node
            length = (node.end_lineno or 0) - first.lineno + 1
            if length > 40 and f"{name_of(path)}:{name}" not in LONG_FUNCTIONS:
                faults.append(f"{name_of(path)}:{name} has {length} lines, more than 40")
    assert not faults, "\n".join(["", *faults])


TEXT_FILES = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".css",
    ".js",
    ".mjs",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".sh",
    ".svg",
    "",
}
SKIPPED = {
    ".git",
    ".venv",
    "node_modules",
    "__pycache__",
    "staticfiles",
    "data",
    ".mypy_cache",
    ".ruff_cache",
}
# Pieces, so that this file does not find itself.
HOSTS = re.compile("pypi\\.(?:org|python)|python" + "hosted|registry\\.npm" + "js|\\[\\[tool\\.uv\\.index")
MACHINE = re.compile(r"(?<![\w.])/(?:wor" + r"k|roo" + r"t|home/[a-z]+|Users/[a-z]+)/[\w.]")


def committed() -> Iterator[Path]:
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        is_hidden = any(part.startswith(".") for part in parts[:-1])
        if path.is_file() and path.suffix in TEXT_FILES and not is_hidden and not SKIPPED & set(parts):
            yield path


def test_files_name_no_registry_and_no_path_of_one_machine() -> None:
    found = {}
    for path in committed():
        text = path.read_text(errors="replace")
        hits = HOSTS.findall(text) + MACHINE.findall(text)
        if hits:
            found[name_of(path)] = hits
    assert not found


def test_scripts_and_styles_load_nothing_from_elsewhere() -> None:
    sign = re.compile(r"(?:url\(|import\s|fetch\(|@import)\s*[\"'(]*\s*(?:https?:)?//")
    files = [path for path in (ROOT / "static").rglob("*") if path.suffix in {".js", ".css", ".mjs"}]
    assert files
    assert not {name_of(path) for path in files if sign.search(path.read_text())}


def test_scripts_put_no_text_into_the_page_as_html() -> None:
    sign = re.compile(
        r"\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function"
    )
    assert not {
        name_of(p): sign.findall(p.read_text())
        for p in (ROOT / "static").rglob("*.js")
        if sign.search(p.read_text())
    }


# --- shortcuts that other portals paid for --------------------------------------------------------

DANGEROUS = {"csrf_exempt", "cache_page", "RawSQL", "SafeExceptionReporterFilter"}


def _is_dangerous(node: ast.AST) -> str:
    if isinstance(node, ast.Name | ast.Attribute):
        name = dotted(node).rpartition(".")[2]
        if name in DANGEROUS:
            return name
    # filter(**request.GET) lets the reader write the condition (CVE-2025-64459).
    if (
        isinstance(node, ast.keyword)
        and node.arg is None
        and re.search(r"request\.(GET|POST|data)", dotted(node.value))
    ):
        return "a condition made of what was sent"
    is_query = isinstance(node, ast.Call) and dotted(node).endswith(".execute") and bool(node.args)
    if is_query and isinstance(node.args[0], ast.JoinedStr):
        return "SQL put together from pieces"
    return ""


SHORTCUTS: Exceptions = {}


def test_no_shortcuts_around_the_guards() -> None:
    hold([path for path in sources() if "embedded" not in path.parts], _is_dangerous, SHORTCUTS)


def test_logs_are_event_names_and_ids() -> None:
    """The first word of a log line is a constant; nothing is formatted into it."""

    def wanted(node: ast.AST) -> str:
        is_log = isinstance(node, ast.Call) and re.search(
            r"^(log|logger|logging)\.(debug|info|warning|error|exception|critical)$", dotted(node)
        )
        if not is_log:
            return ""
        assert isinstance(node, ast.Call)
        is_constant = bool(node.args) and isinstance(node.args[0], ast.Constant)
        return "" if is_constant and len(node.args) == 1 else f"{dotted(node)} with more than an event's name"

    hold([path for path in sources() if "embedded" not in path.parts], wanted, {})


def test_an_unknown_template_variable_fails() -> None:
    template = engines["django"].from_string("{{ nobody_gave_me_this }}")
    with pytest.raises(pytest.fail.Exception, match="nobody_gave_me_this"):
        template.render({})
