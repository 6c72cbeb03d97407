"""The append-only record of who did what to whose record.

Import `record`, `System` and `Action` from `painclinic.audit.actions` and `.models`.
"""
