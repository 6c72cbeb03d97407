"""Rows that are written once: the database itself refuses to change, delete or truncate them."""

import pgtrigger


def frozen_triggers() -> list[pgtrigger.Trigger]:
    """Triggers for a model whose rows are history (21 CFR 11.10(e): old values never obscured)."""
    return [
        pgtrigger.Protect(name="frozen", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name="no_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'painclinic: these rows are kept';",
        ),
    ]
