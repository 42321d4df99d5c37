"""Executors of one plan: encode, block, score, cluster."""
