"""A small, valid programme as text, to be written to disk whole or with something broken in it."""

from pathlib import Path

PROGRAMME = """\
format: 1
slug: small
language: en
title: A small programme
summary: Two modules, for tests.
"""

PAIN_CYCLE = """\
slug: pain-cycle
code: W1
title: Your pain cycle
intro: Think of one time this week.
fields:
  - name: situation
    type: text
    label: What was going on?
    required: true
    max_length: 500
    lines: 3
  - {name: pain, type: nrs, label: How strong was the pain?, required: true, low: None, high: Worst}
  - name: feelings
    type: list
    label: What did you feel?
    row_label: Feeling
    required: true
    max_rows: 3
    fields:
      - name: name
        type: enum
        label: Feeling
        required: true
        options:
          - {value: sad, label: Sad}
          - {value: angry, label: Angry}
      - {name: strength, type: pct, label: How strong?}
  - name: one_link
    type: multi
    label: What could change?
    options:
      - {value: thoughts, label: Thoughts}
      - {value: body, label: Body}
  - {name: doses, type: number, label: Amount, min: 0, max: 10, decimals: 1, unit: cups}
  - {name: sure, type: bool, label: I have read this}
review: [situation, pain]
"""

ACTIVITY_LOG = """\
slug: activity-log
code: W3
title: Activity log
is_log: true
fields:
  - {name: date, type: date, label: Day, required: true, default: today, min: today-7d, max: today}
  - name: block
    type: enum
    label: Part of the day
    options:
      - {value: morning, label: Morning}
      - {value: night, label: Night}
  - name: activity
    type: text
    label: What did you do?
    required: true
    max_length: 120
  - name: category
    type: enum
    label: Kind
    options:
      - {value: rest, label: Rest}
      - {value: chores, label: Chores}
  - {name: minutes, type: int, label: Minutes, required: true, min: 0, max: 480, unit: minutes}
review: [activity]
derived: [activity_summary]
log:
  date_field: date
  entries_per_day: 8
print: {layout: table, orientation: landscape, blank_rows: 20}
"""

MODULE_1 = """\
number: 1
slug: understanding-pain
title: Understanding pain
summary: Why pain goes on.
goals:
  - Map your own cycle
homework:
  - worksheet: activity-log
    kind: log
    min_entries: 6
    min_days: 3
    title: Keep the log on three days
  - worksheet: pain-cycle
    kind: once
    title: Draw your cycle
therapist_cues:
  - {look_for: Hopes for a cure, respond: Take the hope seriously}
obstacles:
  - {obstacle: No energy, help: Write two words}
references:
  - {text: "Raja SN et al. Pain 161:1976.", year: 2020, doi: 10.1097/j.pain.0000000000001939}
author: The content team
reviewer: ""
reviewed_on: "draft: not yet reviewed"
"""

MODULE_2 = """\
number: 2
slug: goals-that-matter
title: Goals that matter
summary: To come.
outline: true
"""

READING = """\
---
kind: reading
title: Pain is an alarm
minutes: 6
core: true
goals:
  - Know that hurt does not always mean harm
---
Pain is an **alarm**. See [help](/help-now/).

:::story Maya, 34
Maya moves boxes.
:::

## More

- one
- two
"""

CHECK = """\
---
kind: check
title: Check what stuck
minutes: 3
core: true
questions:
  - id: hurt-harm
    prompt: Does strong pain always mean damage?
    options:
      - {text: "Yes", correct: false, feedback: Pain is an alarm.}
      - {text: "No", correct: true, feedback: Right.}
---
"""

WORKSHEET = """\
---
kind: worksheet
title: Draw your cycle
minutes: 8
core: true
worksheet: pain-cycle
example:
  name: Maya
  values:
    situation: Stocking shelves
    pain: 7
    feelings:
      - {name: sad, strength: 60}
    one_link: [thoughts]
---
"""

LOG = """\
---
kind: log
title: Keep a log
minutes: 5
core: false
worksheet: activity-log
example:
  name: Maya
  values:
    - {date: 2026-03-02, activity: Stairs, category: chores, minutes: 20}
    - {date: 2026-03-03, activity: Lay down, category: rest, minutes: 60}
---
Write as you go.
"""

EXERCISE = """\
---
kind: exercise
title: One slow breath
minutes: 2
core: false
rating: {before: How tense?, after: And now?, low: Not at all, high: Very}
---
:::try
Breathe out slowly.
:::
"""

SUMMARY = """\
---
kind: summary
title: In short
minutes: 2
core: true
---
Pain is an alarm.
"""

SHORT = """\
---
kind: short_version
title: The short version
minutes: 9
core: false
---
Pain is an alarm. That is all for today.
"""

FAMILY = """\
---
title: For people close to you
summary: A page to share.
minutes: 4
worksheet: pain-cycle
---
Ask before you **help**.

## What helps

- A walk together
"""

BELLY = """\
---
title: Belly breathing
summary: Slow breaths, low in the body.
minutes: 5
technique: belly-breathing
safety: Stop if you feel dizzy.
pace:
  - {phase: Breathe in, seconds: 4}
  - {phase: Breathe out, seconds: 6}
---
Sit as it suits you. Let your shoulders drop.

[pause 10]
Breathe *out* slowly.
Let it go.
[pause 20]

## To end

Open your eyes.
"""

# Beside the tree, for tests of what a relaxation log offers.
RELAXATION_LOG = """\
slug: calm-log
code: W5
title: Relaxation log
is_log: true
fields:
  - {name: date, type: date, label: Day, required: true, default: today, min: today-7d, max: today}
  - name: technique
    type: enum
    label: What did you practise?
    required: true
    options:
      - {value: belly-breathing, label: Belly breathing}
      - {value: imagery, label: Imagery}
  - {name: minutes, type: int, label: Minutes, required: true, min: 1, max: 60, unit: minutes}
review: [technique]
log: {date_field: date}
"""

FILES = {
    "programme.yaml": PROGRAMME,
    "worksheets/pain-cycle.yaml": PAIN_CYCLE,
    "worksheets/activity-log.yaml": ACTIVITY_LOG,
    "resources/family-page.md": FAMILY,
    "relaxation/belly-breathing.md": BELLY,
    "module-1/module.yaml": MODULE_1,
    "module-1/01-alarm.md": READING,
    "module-1/02-check.md": CHECK,
    "module-1/03-cycle.md": WORKSHEET,
    "module-1/04-log.md": LOG,
    "module-1/05-breath.md": EXERCISE,
    "module-1/06-summary.md": SUMMARY,
    "module-1/short-version.md": SHORT,
    "module-2/module.yaml": MODULE_2,
}


def write_tree(root: Path, files: dict[str, str | bytes] | None = None, language: str = "en") -> Path:
    """Write a programme below `root`; `files` replaces or adds files (an empty bytes object removes one)."""
    folder = root / "small" / language
    for name, text in {**FILES, **(files or {})}.items():
        if text == b"":
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
