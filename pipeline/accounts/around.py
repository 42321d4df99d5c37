"""Which clients a change may reach: those who share a tax number, a domain or a name with a changed one, and so on from each of these.

Accounts of clients that share nothing follow from nothing in common, so all others stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from pipeline.accounts.linking import Word
from pipeline.accounts.mention import Mention


class Neighbours(Protocol):
    """What is stored of clients, as it stood when accounts were made last."""

    def keys_of(self, clients: Iterable[str]) -> set[int]:
        """Keys of these clients."""

    def clients_with(self, keys: Iterable[int]) -> set[str]:
        """Clients that have one of these keys."""

    def accounts_of(self, clients: Iterable[str]) -> set[str]:
        """Accounts of these clients."""

    def clients_of(self, accounts: Iterable[str]) -> set[str]:
        """Clients of these accounts."""


@dataclass(frozen=True, slots=True)
class Around:
    """clients: whom a change may reach, the changed among them; keys: of them all, those that they had and those they have."""

    clients: set[str]
    keys: set[int]


def key_of(kind: str, value: str) -> int:
    """A value by which clients meet as a number of 64 bits, the same in every run."""
    return int.from_bytes(blake2b(f"{kind}\x1f{value}".encode(), digest_size=8).digest(), "big", signed=True)


def keys_of(mention: Mention) -> set[int]:
    """Keys of all that may tie a client to others. A city alone ties nobody."""
    values = {"tax_id": mention.tax_ids, "domain": mention.domains, "name": mention.keys}
    return {key_of(kind, value) for kind, found in values.items() for value in found}


def stored_keys(mention: Mention) -> set[int]:
    """What is stored of a mention: its keys, and one of its own that is another as soon as it tells anything else."""
    parts = (mention.names, *map(sorted, (mention.tax_ids, mention.domains, mention.cities)))
    return keys_of(mention) | {key_of("mention", repr((mention.client_id, *parts)))}


def clients_around(
    changed: Iterable[str], now: Mapping[str, Mention], words: Iterable[Word], known: Neighbours, most: int
) -> Around | None:
    """The clients that changes may reach; None where they are more than `most`.

    changed: clients whose mention may differ from what is stored; now: their mentions where they have one.
    """
    said: dict[str, set[str]] = {}
    for word in words:
        said.setdefault(word.left, set()).add(word.right)
        said.setdefault(word.right, set()).add(word.left)
    around, accounts = set(changed), set[str]()
    keys = {key for mention in now.values() for key in keys_of(mention)}
    fresh, fresh_keys = set(around), set(keys)
    while fresh or fresh_keys:
        if len(around) > most:
            return None
        fresh_keys |= known.keys_of(fresh) - keys
        keys |= fresh_keys
        fresh_accounts = known.accounts_of(fresh) - accounts
        accounts |= fresh_accounts
        found = known.clients_with(fresh_keys) | known.clients_of(fresh_accounts)
        found.update(other for client in fresh for other in said.get(client, ()))
        fresh, fresh_keys = found - around, set()
        around |= fresh
    return Around(around, keys)
