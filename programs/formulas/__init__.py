"""The clinic's formulas: pure functions, each with its source, no database, no clock."""
