"""The demo company: a seeded generator of messy, realistic source data, and servers that hand it over by real protocols."""
