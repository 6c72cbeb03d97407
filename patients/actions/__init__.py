"""Every write to patient data. One noun per file; nothing else writes."""
