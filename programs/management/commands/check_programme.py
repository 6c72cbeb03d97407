from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from programs.loading import ProgrammeContent, read_tree
from programs.loading.content import ModuleContent
from programs.reading_age import Measure, measure, module_text, relaxation_text, resource_text


class Command(BaseCommand):
    help = "Check the files of a programme; print every fault, or words, minutes and reading age."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help="programs/content/<programme>/<language>")

    def handle(self, *args: Any, **options: Any) -> None:
        programme, faults = read_tree(options["path"])
        for fault in faults:
            self.stderr.write(str(fault))
        if programme is None:
            raise CommandError(f"{len(faults)} faults: this programme would be refused.")
        self.stdout.write(f"{programme.title} ({programme.language}): no faults.")
        self.stdout.write(f"{'module':<40} {'steps':>5} {'minutes':>7} {'words':>7} {'reading age':>11}")
        for module in programme.modules:
            self.stdout.write(_line(module, programme))
        for page in programme.resources:
            self.stdout.write(_page(f"resource: {page.title}", page.minutes, resource_text(page), programme))
        for script in programme.relaxation:
            name = f"relaxation: {script.title}"
            self.stdout.write(_page(name, script.minutes, relaxation_text(script), programme))


def _page(name: str, minutes: int, text: str, programme: ProgrammeContent) -> str:
    found = measure(text, programme.language)
    age = "-" if found.age is None else f"{found.age:.1f}"
    return f"{name[:40]:<40} {'-':>5} {minutes:>7} {found.words:>7} {age:>11}"


def _line(module: ModuleContent, programme: ProgrammeContent) -> str:
    path = [step for step in module.steps if step.number]
    found = measure(module_text(module), programme.language)
    minutes = sum(step.minutes for step in path)
    name = f"{module.number}. {module.title}"[:40]
    return f"{name:<40} {len(path):>5} {minutes:>7} {found.words:>7} {_age(found, module):>11}"


def _age(found: Measure, module: ModuleContent) -> str:
    if not found.words:
        return "outline" if module.is_outline else "-"
    return "-" if found.age is None else f"{found.age:.1f}"
