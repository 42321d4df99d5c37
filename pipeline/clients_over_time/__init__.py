"""Clients over time: segments, ABC and XYZ, and what is filled in; all of it follows from deals and golden records."""
