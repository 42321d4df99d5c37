"""A model in a TOML file: what it changes of a model that ships with the package, as numbers to review and to compare.

    base = "lead"
    name = "own"
    version = "own-1"
    cluster_cap = 40
    conflicts = ["tax_id"]
    hub_fade = [8, 128]

    [caps]                      # most records that one key of a blocking rule brings together
    "full name" = 30

    [weights.person_name]       # bits of a comparison's levels
    full_equal = -1.5

    [contacts.phone]            # alone, shared, together, apart
    alone = 6.5

    [rarity.surname]            # share of a surname never seen, and the weight of that belief
    share = 0.0005
    records = 2000

What can go wrong: a place that the base model does not have, a value of the wrong kind. All of it is told at once.
"""

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dedup.model import MODELS, BlockingRule, Comparison, Contact, Model

_NUMBERS = {"duplicates_per_record", "review_span", "strong_link"}
_COUNTS = {"least_population", "cluster_cap"}
_TOP = {"base", "name", "version", "conflicts", "hub_fade", *_NUMBERS, *_COUNTS}
_TABLES = {"caps", "weights", "contacts", "rarity"}
_CONTACT_PARTS = ("alone", "shared", "together", "apart")


class ModelFileError(ValueError):
    """A model file that cannot be read. problems: one line for each place, with what is allowed there."""

    def __init__(self, path: Path, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(f"model file `{path.name}`: " + "; ".join(self.problems))


def load_model(name: str) -> Model:
    """The model of this name that ships with the package, or the one in the TOML file at this path.

    Raises ValueError that lists the known names, ModelFileError (a ValueError) for a file that is not right.
    """
    if name in MODELS:
        return MODELS[name]
    if name.endswith(".toml"):
        return read_model(Path(name), MODELS)
    raise ValueError(
        f"no model is called `{name}`; choose one of {', '.join(sorted(MODELS))}, or give a path to a .toml file"
    )


class _Reading:
    """The document and the problems found in it so far."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.problems: list[str] = []

    def table(self, *path: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document
        for depth, step in enumerate(path, 1):
            value = found.get(step, {})
            if not isinstance(value, Mapping):
                self.problems.append(f"`{'.'.join(path[:depth])}` must be a table")
                return {}
            found = value
        return found

    def known(self, place: str, given: Iterable[str], allowed: Iterable[str]) -> list[str]:
        allowed = sorted(allowed)
        given = list(given)
        self.problems += [
            f"`{place}{key}` is unknown; allowed are {', '.join(allowed)}" for key in given if key not in allowed
        ]
        return [key for key in given if key in allowed]

    def number(self, place: str, value: Any, least: float = -math.inf) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < least:
            self.problems.append(f"`{place}` must be a number" + ("" if least == -math.inf else f" from {least:g} up"))
            return max(least, 0.0)
        return float(value)

    def count(self, place: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.problems.append(f"`{place}` must be a whole number from 1 up")
            return 1
        return value

    def text(self, place: str) -> str:
        value = self.document.get(place)
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"`{place}` must be a text that is not empty")
            return ""
        return value.strip()


def read_model(path: Path, models: Mapping[str, Model]) -> Model:
    """The model that a file describes. models: those that it may be based on, by name.

    Raises ModelFileError, which tells every problem of the file at once.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ModelFileError(path, [f"it cannot be read as TOML: {reason}"]) from error
    base = models.get(str(document.get("base", "")))
    if base is None:
        raise ModelFileError(path, [f"`base` must be one of {', '.join(sorted(models))}"])
    reading = _Reading(document)
    reading.known("", document, _TOP | _TABLES)
    model = replace(base, **_top_values(reading, base), **_table_values(reading, base))
    if reading.problems:
        raise ModelFileError(path, reading.problems)
    return model


def _top_values(reading: _Reading, base: Model) -> dict[str, Any]:
    document = reading.document
    found: dict[str, Any] = {"name": reading.text("name"), "version": reading.text("version")}
    if found["version"] == base.version:
        reading.problems.append(f"`version` must not be that of its base, `{base.version}`: decisions name it")
    found |= {key: reading.number(key, document[key], 0.0) for key in sorted(_NUMBERS & document.keys())}
    found |= {key: reading.count(key, document[key]) for key in sorted(_COUNTS & document.keys())}
    if found.get("duplicates_per_record") == 0.0:
        reading.problems.append("`duplicates_per_record` must be above 0")
    if "conflicts" in document:
        conflicts = document["conflicts"] if isinstance(document["conflicts"], list) else [document["conflicts"]]
        found["conflicts"] = tuple(reading.known("conflicts: ", map(str, conflicts), base.fields))
    if "hub_fade" in document:
        fade = document["hub_fade"]
        if (
            not isinstance(fade, list)
            or len(fade) != 2
            or not all(type(n) is int for n in fade)
            or not 1 <= fade[0] < fade[1]
        ):
            reading.problems.append("`hub_fade` must be two whole numbers, the first the smaller")
        else:
            found["hub_fade"] = (fade[0], fade[1])
    return found


def _table_values(reading: _Reading, base: Model) -> dict[str, Any]:
    return {
        "blocking_rules": _blocking_rules(reading, base),
        "comparisons": _comparisons(reading, base),
        "rarity_prior": _rarity(reading, base),
    }


def _blocking_rules(reading: _Reading, base: Model) -> tuple[BlockingRule, ...]:
    caps = reading.table("caps")
    known = reading.known("caps.", caps, (rule.name for rule in base.blocking_rules))
    counts = {name: reading.count(f"caps.{name}", caps[name]) for name in known}
    return tuple(replace(rule, cap=counts.get(rule.name, rule.cap)) for rule in base.blocking_rules)


def _comparisons(reading: _Reading, base: Model) -> tuple[Comparison, ...]:
    reading.known("weights.", reading.table("weights"), (comparison.name for comparison in base.comparisons))
    with_contact = [comparison.name for comparison in base.comparisons if comparison.contact is not None]
    reading.known("contacts.", reading.table("contacts"), with_contact)
    return tuple(_comparison(reading, comparison) for comparison in base.comparisons)


def _comparison(reading: _Reading, base: Comparison) -> Comparison:
    weights = reading.table("weights", base.name)
    place = f"weights.{base.name}."
    contact = base.contact
    own: dict[str, float] = {}
    if contact is not None:
        contact = _contact(reading, base.name, contact)
        # These three levels repeat the contact's numbers in words, so they are set there alone.
        own = {"equal": contact.alone, "shared": contact.shared, "differ": contact.apart}
    allowed = [level.name for level in base.levels if level.name not in own]
    bits = own | {name: reading.number(place + name, weights[name]) for name in reading.known(place, weights, allowed)}
    levels = tuple(replace(level, weight=bits.get(level.name, level.weight)) for level in base.levels)
    return replace(base, levels=levels, contact=contact)


def _contact(reading: _Reading, name: str, base: Contact) -> Contact:
    parts = reading.table("contacts", name)
    place = f"contacts.{name}."
    given = {part: reading.number(place + part, parts[part]) for part in reading.known(place, parts, _CONTACT_PARTS)}
    return replace(base, **given)


def _rarity(reading: _Reading, base: Model) -> Mapping[str, tuple[float, float]]:
    found = dict(base.rarity_prior)
    for part in reading.known("rarity.", reading.table("rarity"), base.rarity_prior):
        values = reading.table("rarity", part)
        reading.known(f"rarity.{part}.", values, ("share", "records"))
        share, records = found[part]
        share = reading.number(f"rarity.{part}.share", values.get("share", share), 0.0)
        records = reading.number(f"rarity.{part}.records", values.get("records", records), 0.0)
        if not 0.0 < share < 1.0 or records <= 0.0:
            reading.problems.append(f"`rarity.{part}` needs a share between 0 and 1 and records above 0")
        found[part] = (share, records)
    return MappingProxyType(found)
