"""Whether what must always hold does hold: invariants, suites of expectations, the gate before publishing."""
