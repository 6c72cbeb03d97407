"""Stored definitions for tests of worksheets, as the loader makes them."""

from typing import Any

FEELINGS: dict[str, Any] = {
    "name": "feelings",
    "type": "list",
    "label": "Feelings",
    "required": True,
    "row_label": "Feeling",
    "min_rows": 1,
    "max_rows": 3,
    "fields": [
        {
            "name": "name",
            "type": "enum",
            "label": "Feeling",
            "required": True,
            "options": [{"value": "sad", "label": "Sad"}, {"value": "angry", "label": "Angry"}],
        },
        {"name": "strength", "type": "pct", "label": "How strong?"},
    ],
}

DEFINITION: dict[str, Any] = {
    "slug": "everything",
    "code": "W0",
    "title": "One field of each type",
    "intro": "",
    "is_log": False,
    "fields": [
        {
            "name": "situation",
            "type": "text",
            "label": "Situation",
            "required": True,
            "max_length": 20,
            "lines": 3,
        },
        {"name": "pain", "type": "nrs", "label": "Pain", "required": True, "low": "None", "high": "Worst"},
        FEELINGS,
        {
            "name": "link",
            "type": "multi",
            "label": "What could change?",
            "options": [{"value": "thoughts", "label": "Thoughts"}, {"value": "body", "label": "Body"}],
        },
        {"name": "steps", "type": "int", "label": "Steps", "min": -5, "max": 500, "unit": "steps"},
        {"name": "amount", "type": "number", "label": "Amount", "min": 0.5, "max": 9, "decimals": 1},
        {
            "name": "day",
            "type": "date",
            "label": "Day",
            "min": "today-7d",
            "max": "today",
            "default": "today",
        },
        {"name": "at", "type": "time", "label": "Time"},
        {"name": "when", "type": "datetime", "label": "When", "min": None, "max": "today"},
        {"name": "read", "type": "bool", "label": "I have read this"},
        {
            "name": "people",
            "type": "list",
            "label": "People",
            "required": False,
            "min_rows": 0,
            "max_rows": 2,
            "fields": [{"name": "who", "type": "text", "label": "Who", "max_length": 30}],
        },
    ],
    "review": ["situation"],
    "derived": [],
}
