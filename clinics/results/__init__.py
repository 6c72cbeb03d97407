"""What the clinic's courses came to: counted, kept, hidden where too few, shown and exported."""
