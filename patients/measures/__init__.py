"""What patients report: which questionnaires are due, and what their answers come to over time."""
