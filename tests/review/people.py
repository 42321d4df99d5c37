"""Leads of a tiny company, named by the numbers of their forms, and its clients as sets of these."""

from collections.abc import Callable
from typing import Any

from pipeline.review.act import Act
from pipeline.warehouse.connection import Role, Warehouse
from pipeline.workspace import Workspace
from tests.company import select

ANNA = {"Name": "Anna Wiśniewska", "Phone": "+48 501 234 567"}
ANNA_MAIL = {"Name": "Anna Wiśniewska", "Email": "anna.wisniewska@wp.pl"}
ANNA_AGAIN = {"Name": "Anna Wiśniewska", "Phone": "501-234-567", "Email": "anna.wisniewska@wp.pl"}
MAREK = {"Name": "Marek Zieliński", "Phone": "602 345 678"}


def clients_now(warehouse: Warehouse) -> dict[frozenset[str], str]:
    """The forms of each living client, and its id."""
    query = """select array_agg(distinct external_id), client_id::text from ops.record_place
               where client_id is not null group by client_id"""
    return {frozenset(forms): client for forms, client in select(warehouse, query)}


def lead(warehouse: Warehouse, form: str) -> str:
    """The lead of a form."""
    return str(select(warehouse, "select lead_id from ops.record_place where external_id = :form", form=form)[0][0])


def leads_now(warehouse: Warehouse) -> list[str]:
    """All leads in the order of their forms."""
    query = "select distinct external_id, lead_id::text from ops.record_place where lead_id is not null order by 1"
    return [str(row[1]) for row in select(warehouse, query)]


def said(warehouse: Warehouse) -> list[int]:
    """The numbers of people's judgements in force."""
    return [row[0] for row in select(warehouse, "select decision_id from core.judgement order by 1")]


def act_on(shop: Workspace, act_of: Callable[..., Act], *arguments: Any) -> Act:
    """An act as the warehouse stands now."""
    with shop.warehouse.transaction(Role.RESOLVER) as connection:
        return act_of(connection, *arguments)
