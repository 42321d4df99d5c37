"""What of a client is one person's own. A client folded by a firm's tax number, a switchboard or a family's phone may hold leads of several.

Of these, the person has the leads that bear the name, and those without a clear name that a contact of theirs alone ties to them. What only the
others said is withheld, and counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import ConfigError
from pipeline.lead import Lead
from pipeline.privacy.contact import Contact, contacts_of, plain_values

ANOTHER_NAME = "another_name"
UNCLEAR = "unclear_whose"

REASONS = {
    ANOTHER_NAME: "the name on it contradicts yours",
    UNCLEAR: "it bears no name that is clearly yours, and no contact that is yours alone",
}
_CONTRADICTS = frozenset({"contradiction", "related_given"})
_SAYS_NOTHING = frozenset({"missing", "unclear", "surname_changed"})
"""A changed surname is a married colleague's as often as one's own: only a contact tells."""


@dataclass(frozen=True, slots=True)
class OwnPart:
    """leads: the person's own; withheld: the others, by why. name: by which they were told apart, '' where no lead bears one."""

    name: str
    leads: tuple[Lead, ...]
    withheld: Mapping[str, tuple[Lead, ...]]

    @property
    def withheld_ids(self) -> frozenset[str]:
        """Ids of the withheld leads."""
        return frozenset(lead.lead_id for found in self.withheld.values() for lead in found)

    @property
    def foreign_values(self) -> frozenset[str]:
        """What only the withheld leads said."""
        others = [lead for found in self.withheld.values() for lead in found]
        return _values(others) - _values(self.leads)


def own_part(leads: Sequence[Lead], shared: frozenset[Contact], name: str) -> OwnPart:
    """Which of these leads are of the person of this name. shared: contacts that others have too."""
    how = _likeness(name, leads)
    foreign = shared.union(*(contacts_of(lead) for lead in leads if how[lead.lead_id] in _CONTRADICTS))
    unclear = [lead for lead in leads if how[lead.lead_id] in _SAYS_NOTHING]
    own = {lead.lead_id: contacts_of(lead) for lead in leads if how[lead.lead_id] not in _CONTRADICTS | _SAYS_NOTHING}
    if not own:
        return OwnPart(name, tuple(leads), {})
    is_one_persons = not any(level in _CONTRADICTS for level in how.values())
    waiting = unclear
    while waiting:
        ties = frozenset().union(*own.values()) - foreign
        tied = {lead.lead_id: contacts_of(lead) for lead in waiting if _is_tied(lead, ties, shared, is_one_persons)}
        if not tied:
            break
        own |= tied
        waiting = [lead for lead in waiting if lead.lead_id not in tied]
    withheld = {
        ANOTHER_NAME: tuple(lead for lead in leads if how[lead.lead_id] in _CONTRADICTS),
        UNCLEAR: tuple(waiting),
    }
    return OwnPart(
        name,
        tuple(lead for lead in leads if lead.lead_id in own),
        {why: found for why, found in withheld.items() if found},
    )


def _is_tied(lead: Lead, ties: frozenset[Contact], shared: frozenset[Contact], is_one_persons: bool) -> bool:
    """Whether a lead that bears no clear name is the person's: by a contact, or since nobody else is in sight."""
    contacts = contacts_of(lead)
    return bool(contacts & ties) or (is_one_persons and not contacts & shared)


def _likeness(name: str, leads: Sequence[Lead]) -> Mapping[str, str]:
    from pipeline.compare import compare_pairs  # reads the tables of names

    told = [lead.name.full if lead.name is not None else "" for lead in leads]
    answers = compare_pairs("name", [(name, one) for one in told])
    return {lead.lead_id: level for lead, (_, level, _) in zip(leads, answers, strict=True)}


def asked_name(leads: Sequence[Lead], asked: frozenset[Contact], golden: str) -> str:
    """By which name to tell the person from others: that of the leads with the contacts that were asked for, else the client's.

    Raises ConfigError where these contacts are of several people.
    """
    with_contact = [lead for lead in leads if contacts_of(lead) & asked]
    names = sorted({lead.name.full for lead in with_contact if lead.name is not None}, key=lambda one: (-len(one), one))
    if not names:
        return golden
    how = _likeness(names[0], with_contact)
    if any(level in _CONTRADICTS for level in how.values()):
        raise ConfigError(
            "who", "several people write from this contact", "say whose data is asked for: --name 'GIVEN SURNAME'"
        )
    return names[0]


def _values(leads: Sequence[Lead]) -> frozenset[str]:
    return plain_values(leads) | {lead.city for lead in leads if lead.city}
