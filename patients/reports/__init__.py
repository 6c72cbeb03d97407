"""Progress reports: what is in one, how it is laid out, and who makes those that wait."""
