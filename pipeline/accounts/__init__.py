"""Accounts: the companies of clients. One may be many legal entities; it has an id as stable as a client's."""
