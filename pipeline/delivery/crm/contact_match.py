"""Which of a CRM's records bear a telephone or mailbox of whom, once the CRM's search has given them."""

from collections.abc import Iterable, Mapping

from pipeline.delivery.crm.client_field import folded
from pipeline.delivery.crm.connector import Contacts, Values


def reached(value: str) -> str:
    """What equal telephones, or equal mailboxes, share."""
    return folded("emails" if "@" in value else "phones", value)


def searched(asked: Mapping[str, Contacts]) -> tuple[list[str], list[str]]:
    """Telephones, as E.164 and as digits, and mailboxes to search for: of all clients, each once."""
    phones = {way for each in asked.values() for phone in each.phones for way in (phone, phone.lstrip("+"))}
    return sorted(phones), sorted({email for each in asked.values() for email in each.emails})


def matching(asked: Mapping[str, Contacts], held: Mapping[str, Iterable[str]]) -> dict[str, Values]:
    """Records by client, in the order of `held`: telephones and mailboxes by record. Clients without any are left out."""
    theirs = {record_id: {reached(value) for value in values if value} for record_id, values in held.items()}
    found = {}
    for client_id, contacts in asked.items():
        ours = {reached(value) for value in (*contacts.phones, *contacts.emails)}
        records = tuple(record_id for record_id, values in theirs.items() if values & ours)
        if records:
            found[client_id] = records
    return found
