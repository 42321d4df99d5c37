"""Clients to CRMs: one contract, one file per vendor, what is written back and what is left alone."""
