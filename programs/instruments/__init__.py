"""Questionnaires: read from files, asked, scored. Pure functions, but for `library` and `licences`."""
