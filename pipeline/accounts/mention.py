"""What a client says of its company: names, tax numbers, domains, cities, out of its leads."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dedup import fold_text
from pipeline.accounts.domain import is_companys
from pipeline.folded_lead import FoldedLead
from pipeline.quick import quick_in_order


@lru_cache(maxsize=65_536)
def _folded(name: str) -> str:
    return fold_text(name)


@dataclass(frozen=True, slots=True)
class Sight:
    """The company in one lead, as it was read. form: the code of a legal form, '' where none was named."""

    name: str = ""
    core: str = ""
    form: str = ""
    tax_id: str = ""
    domains: frozenset[str] = frozenset()
    city: str = ""

    @property
    def key(self) -> str:
        """The name's core, folded: one for every writing of it in any script."""
        return _folded(self.core or self.name)


@dataclass(frozen=True, slots=True)
class Mention:
    """The company of one client: what it said last, with what it said before where nothing speaks against it.

    names: as typed, newest first, each with its key and form. tax_ids: none or one. A client who changed employers has the new one's.
    """

    client_id: str
    names: tuple[tuple[str, str, str], ...] = ()
    tax_ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()

    @property
    def keys(self) -> frozenset[str]:
        """Keys of its names."""
        return frozenset(key for _, key, _ in self.names)

    @property
    def forms(self) -> frozenset[str]:
        """Codes of the legal forms that it named."""
        return frozenset(form for _, _, form in self.names if form)


_NO_FIRMS = frozenset({"relay", "own_mailbox", "own_domain", "staff"})
"""Reasons for which a mailbox tells nothing of who writes, see core.company_sight."""


def sights_of(leads: Iterable[FoldedLead]) -> list[Sight]:
    """The company in each lead of a client that names one, newest first: what core.company_sight says of leads that are stored."""
    found = []
    for lead in sorted(leads, key=lambda lead: (-lead.received_at.timestamp(), lead.lead_id)):
        name, core, form, tax_id = lead.company
        domains = [
            domain
            for _, _, _, _, _, disposable, reason, domain, free in lead.emails
            if not free and not disposable and reason not in _NO_FIRMS
        ]
        if core or tax_id or domains:
            firms = frozenset(filter(is_companys, domains)) if domains else _NONE
            found.append(_make_sight(name, core, form, tax_id, firms, lead.city))
    return found


_NONE: frozenset[str] = frozenset()
_make_sight = quick_in_order(Sight)


def mention_of(client_id: str, sights: Iterable[Sight]) -> Mention | None:
    """A client's mention out of its leads, newest first; None where no lead names a company."""
    found = Mention(client_id)
    for sight in sights:
        if (sight.key or sight.tax_id or sight.domains) and _agrees(found, sight):
            found = _with(found, sight)
    return found if found.names or found.tax_ids or found.domains else None


def _agrees(found: Mention, sight: Sight) -> bool:
    """Whether an older lead speaks of the same company: nothing contradicts, and what both tell they share."""
    if sight.tax_id and found.tax_ids:
        return sight.tax_id in found.tax_ids
    told = [
        (bool(sight.key and found.keys), sight.key in found.keys),
        (bool(sight.domains and found.domains), bool(sight.domains & found.domains)),
    ]
    both = [same for comparable, same in told if comparable]
    return not both or any(both)


def _with(found: Mention, sight: Sight) -> Mention:
    names = found.names
    if sight.key and sight.key not in found.keys:
        names = (*names, (sight.name, sight.key, sight.form))
    elif sight.form and sight.form not in found.forms:
        # The form came later than the name: it belongs to the name that has none.
        names = tuple((n, key, form or (sight.form if key == sight.key else "")) for n, key, form in names)
    return Mention(
        found.client_id,
        names,
        found.tax_ids | ({sight.tax_id} if sight.tax_id else set()),
        found.domains | sight.domains,
        found.cities | ({sight.city} if sight.city else set()),
    )
