"""How hard a text is to read, and how long it is.

Flesch-Kincaid grade level: J. P. Kincaid et al., Derivation of New Readability Formulas for Navy
Enlisted Personnel, Research Branch Report 8-75, 1975. A grade of the United States begins about
five years after birth plus the grade itself, so age = grade + 5. The formula is for English;
for another language there is no figure rather than a wrong one.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from programs.loading.content import ModuleContent, RelaxationContent, ResourceContent, StepContent

_BLOCK_END = re.compile(r"</(?:p|li|h2|h3|td|th|blockquote)>|<(?:br|hr)\s*/?>")
_TAG = re.compile(r"<[^>]+>")
_END = re.compile(r"[.!?…]+[\"'”’)]*(?:\s+|$)")
_WHOLE = re.compile(r"[.!?…:][\"'”’)]*$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouy]+")
_APART = re.compile(r"(?<=[aeiouy])(?=ing)|(?<=[aeiou])y(?=[aeiou])")


@dataclass(frozen=True)
class Measure:
    """Length and difficulty of a text. `age` is None where the formula does not apply.

    `words` are all words; `sentence_words` those in whole sentences, which alone are graded.
    """

    words: int
    sentence_words: int
    sentences: int
    syllables: int
    language: str = "en"

    @property
    def grade(self) -> float | None:
        if not self.sentences or not self.language.startswith("en"):
            return None
        per_sentence = self.sentence_words / self.sentences
        per_word = self.syllables / self.sentence_words
        return 0.39 * per_sentence + 11.8 * per_word - 15.59

    @property
    def age(self) -> float | None:
        return None if self.grade is None else max(self.grade, 0) + 5


def measure(text: str, language: str = "en") -> Measure:
    """Measure plain text.

    Lines that do not end like a sentence (headings, table cells, labels) count as words only:
    taken for short sentences, they would make any text look easy.
    """
    lines = [line.strip() for line in text.splitlines()]
    whole = [line for line in lines if _WHOLE.search(line)]
    sentences = [found for line in whole for part in _END.split(line) if (found := _WORD.findall(part))]
    words = [word for sentence in sentences for word in sentence]
    total = sum(len(_WORD.findall(line)) for line in lines)
    return Measure(total, len(words), len(sentences), sum(map(syllables, words)), language)


def syllables(word: str) -> int:
    """Syllables of an English word, by its groups of vowels: right for about nine words in ten."""
    bare = word.lower().replace("’", "'")
    if "-" in bare:
        return sum(syllables(part) for part in bare.split("-"))
    bare = bare.removesuffix("'s")
    # do-ing, Ma-ya: letters that stand together here are spoken apart.
    count = len(_VOWELS.findall(_APART.sub(" ", bare)))
    ends_in_sounded_le = re.search(r"[^aeiouy]le$", bare)
    silent_e = bare.endswith("e") and not ends_in_sounded_le and not re.search(r"[aeiouy]e$", bare)
    silent_ed = re.search(r"[^aeiouytd]ed$", bare)
    silent_es = re.search(r"[^aeiouyszxcgh]es$", bare)
    return max(count - bool(silent_e or silent_ed or silent_es), 1)


def module_text(module: ModuleContent) -> str:
    """Everything in a module that a patient reads, as plain text."""
    return "\n".join(part for step in module.steps for part in _step_text(step))


def resource_text(page: ResourceContent) -> str:
    """What is to be read of an extra page."""
    return f"{page.title}\n{_plain(page.body_html)}"


def relaxation_text(script: RelaxationContent) -> str:
    """What is to be read or heard of a relaxation script, without its pauses."""
    spoken = (_plain(part["body_html"]) for part in script.parts if "body_html" in part)
    return "\n".join((script.title, script.safety, *spoken))


def _plain(body_html: str) -> str:
    return html.unescape(_TAG.sub("", _BLOCK_END.sub("\n", body_html)))


def _step_text(step: StepContent) -> Iterator[str]:
    yield step.title
    yield from step.content.get("goals", ())
    yield _plain(step.body_html)
    for question in step.content.get("questions", ()):
        yield question["prompt"]
        for option in question["options"]:
            yield option["text"]
            yield option["feedback"]
