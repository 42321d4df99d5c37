"""CRMs that knew clients before us: exports and APIs of their contacts, companies and deals."""
