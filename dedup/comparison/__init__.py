"""One file per comparison: the claim it makes, and the relation of two values."""
