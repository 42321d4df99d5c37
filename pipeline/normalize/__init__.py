"""Raw text to one canonical value, or a stated refusal."""
