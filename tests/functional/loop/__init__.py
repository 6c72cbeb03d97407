"""The acts of the weekly loop, one file for each person, done on the pages as that person does them."""
