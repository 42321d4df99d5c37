"""Wiring only: schedules, arrows and runbooks. What happens to leads is in pipeline/."""
