"""What a CRM says became of leads: managers' verdicts as judgements, and leads that nobody works."""
