"""Which channel and campaign brought each lead, what they cost, what came of it."""
