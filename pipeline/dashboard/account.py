"""The company of a client, on the page Clients: its name, the other clients of it, and what ties them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import streamlit as st

from pipeline.dashboard.figures import NOTHING
from pipeline.dashboard.tables import Column, count_column, show_table, time_column
from pipeline.dashboard.texts import t
from pipeline.warehouse.connection import Connection, rows

_MOST_CLIENTS = 50
_EVIDENCE = {
    "person": "account.by_person",
    "tax_id": "account.by_tax_id",
    "domain": "account.by_domain",
    "name": "account.by_name",
    "name_and_city": "account.by_name_and_city",
}


@dataclass(frozen=True, slots=True)
class AccountOfClients:
    """A living account. clients: at most fifty of its client_count, most leads first, each with what ties it to the others. is_asked:
    whether the id that was asked for is an account's."""

    account_id: str
    name: str
    tax_ids: tuple[str, ...]
    domains: tuple[str, ...]
    holding: str
    client_count: int
    clients: Sequence[Any]
    is_asked: bool


def read_account(connection: Connection, subject: str) -> AccountOfClients | None:
    """The account that a client is of, or that an id, merged or not, stands for; None where there is none, or no id was given."""
    try:
        asked = UUID(subject.strip())
    except ValueError:
        return None
    found = rows(connection, "accounts", "page", subject=asked)
    if not found:
        return None
    told = found[0]
    clients = rows(connection, "accounts", "page_clients", account_id=told.account_id, most=_MOST_CLIENTS)
    return AccountOfClients(
        str(told.account_id), told.name, tuple(told.tax_ids), tuple(told.domains),
        told.holding or "", told.client_count, clients, told.is_asked,
    )  # fmt: skip


def show_account(
    account: AccountOfClients, client_id: str | None, timezone: str, on_pick: Callable[[str], None]
) -> None:
    """Draws an account in one block. client_id: the client who is looked at already and is not listed; None: all are."""
    others = [row for row in account.clients if str(row.client_id) != client_id]
    with st.container(border=True):
        st.markdown(f"**{t('account.title')}**")
        facts = [account.name or NOTHING, *account.tax_ids, *account.domains]
        if account.holding:
            facts.append(t("account.holding", name=account.holding))
        st.text(" · ".join(facts))
        ties = [row for row in account.clients if str(row.client_id) == client_id]
        if ties and ties[0].evidence:
            st.caption(t("account.tied_by", evidence=_evidence(ties[0].evidence)))
        if others:
            columns = (
                Column(t("review.field_name")), Column(t("account.evidence")), count_column(t("clients.leads")),
                time_column(t("clients.last_seen"), timezone), Column(t("clients.client")),
            )  # fmt: skip
            lines = [
                (row.name or NOTHING, _evidence(row.evidence), row.lead_count, row.last_seen_at, str(row.client_id))
                for row in others
            ]
            show_table(columns, lines, "account", on_pick=lambda row, _column: on_pick(str(others[row].client_id)))
        else:
            st.caption(t("account.alone"))
        more = account.client_count - len(account.clients)
        st.caption(t("account.id", id=account.account_id) + (f" · {t('account.more', n=more)}" if more > 0 else ""))


def _evidence(kinds: Sequence[str]) -> str:
    return ", ".join(t(_EVIDENCE[kind]) for kind in kinds) or NOTHING
