"""A model from tables of values: every place is checked, and all that is wrong is told together.

A place is written as in the file: `comparison.phone.contact.alone`. Each problem says the place, what is allowed and,
where it is not plain, what to do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from dedup import kinds
from dedup.model import (
    FIELD_KINDS,
    JOINS,
    MERGE_TERMS,
    MOST_RULES,
    BlockingRule,
    Comparison,
    ComparisonLevel,
    Contact,
    Field,
    Household,
    Model,
    Namesakes,
    Rarity,
)
from dedup.recognise import fold_header

NAME_RARITY_PARTS = ("given", "unknown_given", "surname", "patronymic")
"""Parts of a name whose rarity a model that compares names states."""

CONTACT_NUMBERS = ("alone", "shared", "together", "apart")
RARITY_NUMBERS = ("unseen", "records", "most")

_MOST_TEXT = 80
_MOST_PLACE = 240
_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class NumberRule:
    """What a number may be. open: the bounds themselves are not allowed."""

    least: float
    most: float
    whole: bool = False
    open: bool = False

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        between = "between" if self.open else "from"
        joined = "and" if self.open else "to"
        return f"{kind} {between} {self.least:,} {joined} {self.most:,}"

    def admits(self, value: Any) -> bool:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else int | float):
            return False
        # NaN compares false with everything, and whole numbers of any size compare with floats.
        return self.least < value < self.most if self.open else self.least <= value <= self.most


BITS = NumberRule(-100, 100)
BITS_UPWARD = NumberRule(0, 100)
SHARE = NumberRule(0, 1)
MORE_OF_CONTACTS = {"landline": BITS_UPWARD, "changes_hands": SHARE}
"""Numbers of a contact that may be left out, 0 then."""
CAP = NumberRule(2, 100_000, whole=True)
NEIGHBOURS = NumberRule(1, 1000, whole=True)
NUMBERS: Mapping[str, NumberRule] = MappingProxyType(
    {
        "duplicates_per_record": NumberRule(0, 1000, open=True),
        "least_population": NumberRule(1, 10**10, whole=True),
        "review_span": BITS_UPWARD,
        "cluster_cap": NumberRule(1, 10**6, whole=True),
        "strong_link": BITS_UPWARD,
    }
)
"""The numbers of a model as a whole."""

RARITY_RULES: Mapping[str, NumberRule] = MappingProxyType(
    {"unseen": NumberRule(0, 1, open=True), "records": NumberRule(0, 10**10, open=True), "most": BITS_UPWARD}
)

HOUSEHOLD_RULES: Mapping[str, NumberRule] = MappingProxyType(
    {"together": BITS_UPWARD, "most": BITS, "begins": BITS_UPWARD, "surname": BITS_UPWARD}
)

MANDATORY = ("name", "version", "duplicates_per_record", "least_population", "review_span")
VALUES = frozenset(
    {"name", "version", "hub_fade", "conflicts", "merge_needs", "joins", "household", "namesakes", "learns", *NUMBERS}
)
"""Keys of a model that hold one value each."""


@dataclass(slots=True)
class Draft:
    """A model before it is checked: tables by name, as a file gives them."""

    values: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    blocking: dict[str, Any] = field(default_factory=dict)
    comparison: dict[str, Any] = field(default_factory=dict)
    name_rarity: dict[str, Any] = field(default_factory=dict)


def shown(text: object, most: int = _MOST_TEXT) -> str:
    """A key or name for an error line: one line, of that many characters at most."""
    plain = str(text)
    plain = plain[:most] + "…" if len(plain) > most else plain
    return plain if plain.isprintable() else plain.encode("unicode_escape").decode("ascii")


def is_text(value: Any) -> bool:
    """Whether this is a text that names something: printable, without spaces around it, not too long."""
    return isinstance(value, str) and 0 < len(value) <= _MOST_TEXT and value == value.strip() and value.isprintable()


class Problems:
    """What is wrong with a model, in the order found."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.left_off = 0

    def __bool__(self) -> bool:
        return bool(self.told)

    def tell(self, place: str, what: str) -> None:
        if len(self.told) < _MOST_TOLD:
            self.told.append(f"`{shown(place, _MOST_PLACE)}` {what}")
        else:
            self.left_off += 1

    def tell_once(self, place: str, what: str) -> None:
        """Tells of a place unless something was told of it already."""
        if not any(line.startswith(f"`{place}` ") for line in self.told):
            self.tell(place, what)

    def lines(self) -> list[str]:
        return self.told + ([f"and {self.left_off} more problems"] if self.left_off else [])

    def known(self, place: str, given: Iterable[Any], allowed: Iterable[str], where: str = "") -> list[str]:
        """Those of the given names that are allowed; the others are told, with the nearest allowed one."""
        allowed = list(allowed)
        kept = []
        for name in given:
            if isinstance(name, str) and name in allowed:
                kept.append(name)
                continue
            near = get_close_matches(str(name)[:_MOST_TEXT], allowed, 1)
            choice = f"did you mean `{near[0]}`? " if near else ""
            words = f"allowed are {', '.join(map(shown, allowed[:40]))}" if allowed else "nothing is allowed there"
            self.tell(f"{place}{name}", f"is unknown{where}; {choice}{words}")
        return kept

    def table(self, place: str, value: Any) -> Mapping[str, Any]:
        """The table at this place; an empty one when it is none, which is told."""
        if isinstance(value, Mapping):
            return value
        self.tell(place, "must be a table of keys and values")
        return {}

    def number(self, place: str, value: Any, rule: NumberRule) -> float | None:
        """The number at this place; None when it is none that the rule admits, which is told."""
        if rule.admits(value):
            # -0.0 equals 0.0 and would be written another way.
            return int(value) if rule.whole else float(value) + 0.0
        self.tell(place, "is missing; it must be " * (value is None) + "must be " * (value is not None) + str(rule))
        return None

    def texts(self, place: str, value: Any, least: int = 1) -> tuple[str, ...]:
        """The list of different texts at this place."""
        if not isinstance(value, list) or len(value) < least or not all(is_text(text) for text in value):
            words = "a list of texts" if least == 0 else f"a list of {least} or more texts"
            self.tell(
                place, f"must be {words}, each of 1 to {_MOST_TEXT} printable characters without spaces around it"
            )
            return ()
        for text in sorted({text for text in value if value.count(text) > 1}):
            self.tell(place, f"names `{text}` twice; leave it once")
        return tuple(dict.fromkeys(value))


def _numbers(problems: Problems, place: str, value: Any, rules: Mapping[str, NumberRule]) -> dict[str, float] | None:
    """The numbers of a table that must hold exactly these."""
    table = problems.table(place, value)
    if not isinstance(value, Mapping):
        return None
    problems.known(f"{place}.", table, rules)
    found = {key: problems.number(f"{place}.{key}", table.get(key), rule) for key, rule in rules.items()}
    return {key: number for key, number in found.items() if number is not None}


def read_rarity(problems: Problems, place: str, value: Any) -> Rarity | None:
    """The rarity at this place; None and a problem when a number is missing or wrong."""
    found = _numbers(problems, place, value, RARITY_RULES)
    return Rarity(**found) if found and len(found) == len(RARITY_RULES) else None


def _read_contact(problems: Problems, place: str, value: Any) -> Contact | None:
    rules = dict.fromkeys(CONTACT_NUMBERS, BITS)
    if isinstance(value, Mapping):
        rules |= {number: rule for number, rule in MORE_OF_CONTACTS.items() if number in value}
    found = _numbers(problems, place, value, rules)
    return Contact(**found) if found and len(found) == len(rules) else None


def _read_values(problems: Problems, draft: Draft) -> dict[str, Any]:
    values = draft.values
    for key in ("name", "version"):
        if not is_text(values.get(key)):
            missing = "" if key in values else "is missing; it "
            problems.tell(
                key, f"{missing}must be a text of 1 to {_MOST_TEXT} printable characters without spaces around it"
            )
    found: dict[str, Any] = {key: values.get(key) for key in ("name", "version")}
    for key, rule in NUMBERS.items():
        if key in values or key in MANDATORY:
            found[key] = problems.number(key, values.get(key), rule)
    if "joins" in values:
        found["joins"] = values["joins"]
        if values["joins"] not in JOINS:
            problems.tell("joins", f"must be one of {', '.join(JOINS)}")
    if "learns" in values:
        found["learns"] = values["learns"]
        if not isinstance(values["learns"], bool):
            problems.tell("learns", "must be true or false")
    if "hub_fade" in values:
        fade = values["hub_fade"]
        rule = NumberRule(1, 10**6, whole=True)
        if isinstance(fade, list) and len(fade) == 2 and all(map(rule.admits, fade)) and fade[0] < fade[1]:
            found["hub_fade"] = (fade[0], fade[1])
        else:
            problems.tell("hub_fade", f"must be two numbers, each {rule}, the first the smaller")
    return found


def _alias(text: str) -> str:
    return " ".join(text.lower().split())


def _read_fields(problems: Problems, draft: Draft) -> tuple[Field, ...]:
    found = []
    for name, value in draft.fields.items():
        place = f"fields.{name}"
        if not is_text(name) or ":" in name:
            problems.tell(place, f"must be a name of 1 to {_MOST_TEXT} printable characters without a colon")
        table = problems.table(place, value)
        problems.known(f"{place}.", table, ("kind", "columns"))
        kind = table.get("kind")
        if isinstance(value, Mapping) and kind not in FIELD_KINDS:
            problems.tell(f"{place}.kind", f"must be one of {', '.join(FIELD_KINDS)}")
        columns = problems.texts(f"{place}.columns", table["columns"], 0) if "columns" in table else ()
        found.append(Field(name, str(kind), tuple(dict.fromkeys(map(_alias, columns)))))
    if not found:
        problems.tell_once("fields", 'must name at least one field, as `surname = { kind = "surname" }`')
    _check_columns(problems, found)
    return tuple(found)


def _check_columns(problems: Problems, fields: Sequence[Field]) -> None:
    claims = {fold_header(one.name): one.name for one in reversed(fields)}
    for one in fields:
        for column in one.columns:
            holder = claims.setdefault(fold_header(column), one.name)
            if holder != one.name:
                problems.tell(
                    f"fields.{one.name}.columns",
                    f"claims the header `{column}`, which `fields.{holder}` has; leave it in one of them",
                )


def _check_key(problems: Problems, place: str, key: str, fields: Mapping[str, Field]) -> None:
    name, colon, part = key.partition(":")
    if not problems.known(f"{place} ", [name], fields, " as a field"):
        return
    kind = fields[name].kind
    if kind not in FIELD_KINDS:
        return  # told with the field
    parts = kinds.parts_of(kind)
    choices = ", ".join(f"{name}:{one}" for one in parts)
    if colon and part not in parts:
        whole = [name] if kinds.has_key(kind) else []
        allowed = ", ".join([*whole, *([choices] if choices else [])]) or "no key of it"
        problems.tell(
            f"{place} {key}", f"asks for a part that a field of kind `{kind}` does not have; allowed: {allowed}"
        )
    elif not colon and not kinds.has_key(kind):
        todo = f"name a part of it: {choices}" if choices else "use another field"
        problems.tell(f"{place} {key}", f"makes no key, being a field of kind `{kind}`; {todo}")


def _read_rules(problems: Problems, draft: Draft, fields: Mapping[str, Field]) -> tuple[BlockingRule, ...]:
    found = []
    for name, table in draft.blocking.items():
        place = f"blocking.{name}"
        problems.known(f"{place}.", table, ("name", "keys", "cap", "neighbours"))
        keys = problems.texts(f"{place}.keys", table.get("keys"))
        for key in keys:
            _check_key(problems, f"{place}.keys:", key, fields)
        limits = {
            key: problems.number(f"{place}.{key}", table[key], rule)
            for key, rule in (("cap", CAP), ("neighbours", NEIGHBOURS))
            if key in table
        }
        found.append(
            BlockingRule(name, keys, **{key: int(number) for key, number in limits.items() if number is not None})
        )
    if not found:
        problems.tell_once("blocking", "must hold at least one rule; without any no two records are compared")
    if len(found) > MOST_RULES:
        problems.tell(
            "blocking", f"holds {len(found)} rules; {MOST_RULES} are allowed, leave out those that find few pairs"
        )
    return tuple(found)


def known_levels(problems: Problems, place: str, given: Iterable[Any], kind: str) -> list[str]:
    """Those of the given levels that the kind has and that state a weight of their own; the others are told."""
    own = kinds.CONTACT_LEVELS if kinds.is_contact(kind) else ()
    for name in given:
        if name in own:
            problems.tell(
                f"{place}.{name}", "has its weight from the contact's numbers alone, shared and apart; set those"
            )
    allowed = [name for name in kinds.levels_of(kind) if name not in own]
    return problems.known(
        f"{place}.", (name for name in given if name not in own), allowed, f" as a level of kind `{kind}`"
    )


def _read_levels(
    problems: Problems, place: str, table: Mapping[str, Any], kind: str, contact: Contact | None
) -> tuple[ComparisonLevel, ...]:
    """The levels of the kind, best first. Those of a contact's own numbers come of these."""
    words = kinds.levels_of(kind)
    found = {}
    if contact is not None:
        weights = (contact.alone, contact.shared, contact.apart)
        found = {name: ComparisonLevel(name, bits) for name, bits in zip(kinds.CONTACT_LEVELS, weights, strict=True)}
    given = known_levels(problems, place, table, kind)
    if given != sorted(given, key=words.index):
        problems.tell(place, f"must be in this order, best first: {', '.join(name for name in words if name in given)}")
    for name in given:
        level = problems.table(f"{place}.{name}", table[name])
        problems.known(f"{place}.{name}.", level, ("weight", "rarity"))
        weight = problems.number(f"{place}.{name}.weight", level.get("weight"), BITS)
        rarity = level.get("rarity", False)
        if not isinstance(rarity, bool):
            problems.tell(f"{place}.{name}.rarity", "must be true or false")
        found[name] = ComparisonLevel(name, weight or 0.0, rarity is True)
    own = kinds.CONTACT_LEVELS if kinds.is_contact(kind) else ()
    for name in words:
        if name not in table and name not in own:
            problems.tell(f"{place}.{name}", f"is missing; give its weight, {BITS}, as `{name} = {{ weight = 0.0 }}`")
    return tuple(found[name] for name in words if name in found)


def _check_read_fields(
    problems: Problems, place: str, names: Sequence[str], kind: str, fields: Mapping[str, Field]
) -> None:
    left = list(kinds.fields_read(kind))
    for name in problems.known(f"{place}: ", names, fields, " as a field"):
        if fields[name].kind in left:
            left.remove(fields[name].kind)
        elif fields[name].kind in FIELD_KINDS:
            problems.tell(
                f"{place}: {name}",
                f"is a field of kind `{fields[name].kind}`; a comparison of kind `{kind}` reads fields of kind "
                f"{', '.join(kinds.fields_read(kind))}, each once",
            )
    read = [fields[name].kind for name in names if name in fields]
    if kind == "person_name":
        if read and not any(one in kinds.NAME_FIELDS for one in read):
            problems.tell(place, f"must name a field of kind {' or '.join(kinds.NAME_FIELDS)}")
    elif (kind in read[1:] and kind not in read[:1]) or (read and kind not in read):
        problems.tell(place, f"must name a field of kind {kind} first")


def _read_comparison(
    problems: Problems, name: str, table: Mapping[str, Any], fields: Mapping[str, Field]
) -> Comparison | None:
    place = f"comparison.{name}"
    problems.known(f"{place}.", table, ("name", "kind", "fields", "levels", "contact", "rarity", "beside_contact"))
    if name in MERGE_TERMS:
        problems.tell(place, f"has a name that `merge_needs` uses for something else; avoid {', '.join(MERGE_TERMS)}")
    names = problems.texts(f"{place}.fields", table.get("fields"))
    kind = table.get("kind")
    if not isinstance(kind, str) or kind not in kinds.KINDS:
        problems.tell(f"{place}.kind", f"must be one of {', '.join(kinds.KINDS)}")
        return None
    _check_read_fields(problems, f"{place}.fields", names, kind, fields)
    contact = rarity = beside = None
    if kinds.is_contact(kind):
        contact = _read_contact(problems, f"{place}.contact", table.get("contact", {}))
    elif "contact" in table:
        owners = ", ".join(one for one in kinds.KINDS if kinds.is_contact(one))
        problems.tell(f"{place}.contact", f"is for comparisons of kind {owners}; remove it")
    if "rarity" in table and kind != "person_name":
        rarity = read_rarity(problems, f"{place}.rarity", table["rarity"])
    elif "rarity" in table:
        problems.tell(f"{place}.rarity", "is not read; the rarity of names stands in `name_rarity`")
    if "beside_contact" in table:
        beside = problems.number(f"{place}.beside_contact", table["beside_contact"], BITS_UPWARD)
        if kinds.is_contact(kind):
            problems.tell(f"{place}.beside_contact", "is for comparisons that are no contacts; set `contact.together`")
    level_table = problems.table(f"{place}.levels", table.get("levels", {}))
    levels = _read_levels(problems, f"{place}.levels", level_table, kind, contact)
    adds = [level.name for level in levels if level.rarity]
    if adds and kind != "person_name" and "rarity" not in table:
        problems.tell(
            f"{place}.rarity",
            f"is missing, and level `{adds[0]}` adds it; give {{ unseen = …, records = …, most = … }} or set the level's "
            "`rarity = false`",
        )
    return Comparison(name, kind, names, levels, contact, rarity, beside)


def _read_comparisons(problems: Problems, draft: Draft, fields: Mapping[str, Field]) -> tuple[Comparison, ...]:
    read = [_read_comparison(problems, name, table, fields) for name, table in draft.comparison.items()]
    named = [name for name, table in draft.comparison.items() if table.get("kind") == "person_name"]
    for name in named[1:]:
        problems.tell(
            f"comparison.{name}.kind", f"is that of `comparison.{named[0]}` too; a record's names are compared once"
        )
    if not read:
        problems.tell_once("comparison", "must hold at least one comparison; without any all pairs weigh nothing")
    return tuple(comparison for comparison in read if comparison is not None)


def _read_name_rarity(problems: Problems, draft: Draft, comparisons: Iterable[Comparison]) -> Mapping[str, Rarity]:
    problems.known("name_rarity.", draft.name_rarity, NAME_RARITY_PARTS)
    names = any(comparison.kind == "person_name" for comparison in comparisons)
    found = {}
    for part in NAME_RARITY_PARTS:
        if part in draft.name_rarity:
            rarity = read_rarity(problems, f"name_rarity.{part}", draft.name_rarity[part])
            if rarity is not None:
                found[part] = rarity
        elif names:
            problems.tell(
                f"name_rarity.{part}",
                "is missing, and person names are compared; give { unseen = …, records = …, most = … }",
            )
    return MappingProxyType(found)


def _read_conflicts(problems: Problems, draft: Draft, fields: Mapping[str, Field]) -> tuple[str, ...]:
    if "conflicts" not in draft.values:
        return ()
    names = problems.texts("conflicts", draft.values["conflicts"], 0)
    return tuple(problems.known("conflicts: ", names, fields, " as a field"))


def _read_merge_needs(
    problems: Problems, draft: Draft, comparisons: Sequence[Comparison]
) -> tuple[tuple[str, ...], ...]:
    needs = draft.values.get("merge_needs", [])
    if not isinstance(needs, list) or not all(isinstance(one, list) for one in needs):
        problems.tell("merge_needs", 'must be a list of lists of terms, as [["own_contact"], ["contact", "name"]]')
        return ()
    # A comparison that is wrong is told in its own place; here its name counts as known.
    allowed = [*MERGE_TERMS, *draft.comparison]
    has_names = any(comparison.kind == "person_name" for comparison in comparisons)
    has_contacts = any(comparison.contact is not None for comparison in comparisons)
    found = []
    for number, terms in enumerate(needs, 1):
        place = f"merge_needs, alternative {number}"
        kept = problems.known(f"{place}: ", problems.texts(place, terms), allowed)
        for term in kept if len(comparisons) == len(draft.comparison) else ():
            if term in ("name", "full_name") and not has_names:
                problems.tell(f"{place}: {term}", "can never hold; it needs a comparison of kind person_name")
            if term in ("contact", "own_contact") and not has_contacts:
                problems.tell(f"{place}: {term}", "can never hold; it needs a comparison that is a contact")
        found.append(tuple(kept))
    return tuple(found)


def _read_household(problems: Problems, draft: Draft) -> Household | None:
    if "household" not in draft.values:
        return None
    value = problems.table("household", draft.values["household"])
    problems.known("household.", value, ("comparisons", *HOUSEHOLD_RULES))
    numbers = {key: problems.number(f"household.{key}", value.get(key), rule) for key, rule in HOUSEHOLD_RULES.items()}
    names = problems.texts("household.comparisons", value.get("comparisons", []))
    kept = problems.known("household.comparisons: ", names, draft.comparison, " as a comparison")
    found = {key: number for key, number in numbers.items() if number is not None}
    return Household(tuple(kept), **found) if len(found) == len(HOUSEHOLD_RULES) else None


def _read_namesakes(problems: Problems, draft: Draft, comparisons: Sequence[Comparison]) -> Namesakes | None:
    if "namesakes" not in draft.values:
        return None
    value = problems.table("namesakes", draft.values["namesakes"])
    problems.known("namesakes.", value, ("date", "apart", "vouches", "most", "relatives"))
    most = problems.number("namesakes.most", value.get("most"), BITS)
    relatives = problems.number("namesakes.relatives", value["relatives"], BITS) if "relatives" in value else None
    apart, vouches = (
        tuple(problems.known(f"namesakes.{key}: ", names, draft.comparison, " as a comparison"))
        for key, names in (
            ("apart", problems.texts("namesakes.apart", value.get("apart", []))),
            ("vouches", problems.texts("namesakes.vouches", value.get("vouches", []), least=0)),
        )
    )
    # A comparison with faults of its own is told of there.
    faulty = set(draft.comparison) - {comparison.name for comparison in comparisons}
    dates = [comparison.name for comparison in comparisons if comparison.kind == "date"]
    found = problems.known("namesakes.date: ", [value.get("date")], [*dates, *faulty], " as a comparison of dates")
    return Namesakes(found[0], apart, vouches, most, relatives) if found and most is not None else None


def read_draft(draft: Draft, problems: Problems) -> Model | None:
    """The model of a draft; None when there are problems, which are told."""
    values = _read_values(problems, draft)
    all_fields = _read_fields(problems, draft)
    fields = {one.name: one for one in all_fields}
    rules = _read_rules(problems, draft, fields)
    comparisons = _read_comparisons(problems, draft, fields)
    name_rarity = _read_name_rarity(problems, draft, comparisons)
    conflicts = _read_conflicts(problems, draft, fields)
    needs = _read_merge_needs(problems, draft, comparisons)
    household = _read_household(problems, draft)
    namesakes = _read_namesakes(problems, draft, comparisons)
    if problems:
        return None
    return Model(
        **values,
        fields=all_fields,
        blocking_rules=rules,
        comparisons=comparisons,
        name_rarity=name_rarity,
        conflicts=conflicts,
        merge_needs=needs,
        household=household,
        namesakes=namesakes,
    )
