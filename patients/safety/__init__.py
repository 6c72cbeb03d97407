"""What counts as a risk, by when it is looked at, and who is asked. Nothing here writes."""
