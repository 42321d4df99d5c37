"""What clients say of their companies, in the warehouse: out of their leads, and as it was when accounts were made last."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Connection

from pipeline.accounts.around import Standing, Tie
from pipeline.accounts.domain import is_companys
from pipeline.accounts.linking import Namesakes
from pipeline.accounts.mention import Mention, Sight
from pipeline.warehouse.array_text import id_array
from pipeline.warehouse.beside import Beside
from pipeline.warehouse.connection import (
    copied_column,
    copy_columns,
    copy_lines,
    run,
    run_behind,
    stream,
    tuples,
)


@lru_cache(maxsize=65_536)
def key_of(kind: str, value: str) -> int:
    """A value by which clients meet as a number of 64 bits, the same in every run."""
    return int.from_bytes(blake2b(f"{kind}\x1f{value}".encode(), digest_size=8).digest(), "big", signed=True)


def place_of(city: str) -> int:
    """A city as a number, 0 where there is none."""
    return key_of("city", city) if city else 0


def sights(connection: Connection, clients: Collection[str] | None) -> Iterator[tuple[str, Sequence[Sight]]]:
    """Each of these clients that names a company: its id, and its leads' companies, newest first. clients: None for everyone."""
    found = (
        stream(connection, "accounts", "all_sights")
        if clients is None
        else tuples(connection, "accounts", "sights_of", client_ids=id_array(clients))
    )
    for client, leads in groupby(found, key=itemgetter(0)):
        yield client, [_sight(*lead) for lead in leads]


def _sight(_: str, name: str, core: str, form: str, tax_id: str, city: str, domains: Sequence[str]) -> Sight:
    return Sight(name, core, form, tax_id, frozenset(filter(is_companys, domains)) if domains else _NONE, city)


_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StoredNeighbours:
    """Who shares what with whom, see `pipeline.accounts.around`."""

    beside: Beside

    def standing(self, clients: Collection[str]) -> Mapping[str, Standing]:
        """These clients, as they are stored."""
        found = self._rows("standing", client_ids=id_array(clients)) if clients else ()
        return {
            client: Standing(_mention(client, told) if told else None, account, since)
            for client, told, account, since in found
        }

    def namesakes(self, names: Collection[str], but: Collection[str]) -> Mapping[str, Namesakes]:
        """What all clients but some say under these names."""
        by_key = {key_of("name", name): name for name in names}
        if not by_key:
            return {}
        forms: dict[str, set[str]] = defaultdict(set)
        places: dict[tuple[str, str], set[int]] = defaultdict(set)
        for key, form, one, other in self._rows("namesakes", keys=id_array(map(str, by_key)), but=id_array(but)):
            name = by_key[key]
            forms[name].add(form)
            for group in {form, ""}:
                places[name, group].update(place for place in (one, other) if place is not None)
        return {
            name: Namesakes(
                frozenset(filter(None, own)), frozenset(form for form in {*own, ""} if len(places[name, form]) > 1)
            )
            for name, own in forms.items()
        }

    def clients_with(self, ties: Collection[Tie]) -> set[str]:
        """Clients that have one of these ties."""
        if not ties:
            return set()
        anywhere = id_array(str(key_of(tie.kind, tie.value)) for tie in ties if not tie.city)
        there = [tie for tie in ties if tie.city]
        found = self._rows(
            "clients_with", keys=anywhere, local_keys=id_array(str(key_of(tie.kind, tie.value)) for tie in there),
            places=id_array(str(place_of(tie.city)) for tie in there),
        )  # fmt: skip
        return {client for (client,) in found}

    def clients_of(self, accounts: Collection[str]) -> set[str]:
        """Clients of these accounts."""
        found = self._rows("clients_of", account_ids=id_array(accounts)) if accounts else ()
        return {client for (client,) in found}

    def _rows(self, name: str, **given: str) -> Sequence[tuple[Any, ...]]:
        return self.beside.ask(tuples, "accounts", name, **given).result()


def write_mentions(connection: Connection, mentions: Iterable[Mention], clients: Collection[str] | None) -> None:
    """Stores mentions in place of those of some clients; None for those of everyone."""
    if clients is None:
        run(connection, "accounts", "clear_all_keys")
        run(connection, "accounts", "clear_all_mentions")
    else:
        ids = id_array(clients)
        run_behind(connection, "accounts", "clear_keys", client_ids=ids)
        run_behind(connection, "accounts", "clear_mentions", client_ids=ids)
    told = sorted(mentions, key=lambda mention: mention.client_id)
    columns = {"client_id": [m.client_id for m in told], "told": copied_column([_told(m) for m in told])}
    copy_columns(connection, "core.account_mention", columns)
    # Numbers and codes of legal forms: nothing that COPY would have escaped.
    lines = (f"{m.client_id}\t{key}\t{form}\t{place}\n" for m in told for key, form, place in _keys(m))
    copy_lines(connection, "core.account_key", ("client_id", "key", "form", "place"), lines)


def _told(mention: Mention) -> str:
    return orjson.dumps([mention.names, *map(sorted, (mention.tax_ids, mention.domains, mention.cities))]).decode()


def _mention(client: str, told: Sequence[Any]) -> Mention:
    names, tax_ids, domains, cities = told
    return Mention(
        client, tuple([tuple(name) for name in names]), frozenset(tax_ids), frozenset(domains), frozenset(cities)
    )


def _keys(mention: Mention) -> Iterator[tuple[int, str, int]]:
    """What a client is found by: key, form and place; a name once for each city."""
    for kind, values in (("tax_id", mention.tax_ids), ("domain", mention.domains)):
        for value in values:
            yield key_of(kind, value), "", 0
    for _, name, form in mention.names:
        for city in mention.cities or ("",):
            yield key_of("name", name), form, place_of(city)
