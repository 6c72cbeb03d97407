"""The programme on paper: a step, a form, what was filled in, a week, or the whole course as a book."""
