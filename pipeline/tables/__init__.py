"""A user's own tables: read, matched or folded, and written, without a server or configuration."""
