"""Junk named by stage: rules with evidence, cheapest first."""
