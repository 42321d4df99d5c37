"""What leads and clients say of people. Only for viewers who may see people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline.warehouse.connection import Role, Warehouse, rows


@dataclass(frozen=True, slots=True)
class Person:
    """What a lead or client says of a person; for viewers who may see it."""

    name: str
    company: str
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    text: str = ""
    evidence: str = ""


def read_people_of_leads(warehouse: Warehouse, lead_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """What leads say of people. Only for viewers who may see people."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "dashboard", "people_of_leads", lead_ids=list(lead_ids))
    return {
        row.lead_id: Person(
            row.name_full,
            row.company_name,
            tuple(row.phones),
            tuple(row.emails),
            row.message or row.subject,
            row.evidence,
        )
        for row in found
    }


def read_people_of_clients(warehouse: Warehouse, client_ids: Sequence[UUID]) -> Mapping[UUID, Person]:
    """What clients are called. Only for viewers who may see people."""
    with warehouse.transaction(Role.RESOLVER) as connection:
        found = rows(connection, "dashboard", "people_of_clients", client_ids=list(client_ids))
    return {row.client_id: Person(row.name, row.company, tuple(row.phones), tuple(row.emails)) for row in found}
