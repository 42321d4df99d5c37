"""Who may not be contacted, who was erased, how long things are kept, and what is held on a person."""
