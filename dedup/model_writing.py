"""A model as plain tables of values, as TOML text, and as a short hash of its content."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from dedup import kinds
from dedup.model import BlockingRule, Comparison, Field, Household, Model, Namesakes, Rarity
from dedup.model_reading import HOUSEHOLD_RULES, NAME_RARITY_PARTS, NUMBERS

DIGEST_LETTERS = 12

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def _rarity_table(rarity: Rarity) -> dict[str, float]:
    return {"unseen": float(rarity.unseen), "records": float(rarity.records), "most": float(rarity.most)}


def _field_table(one: Field) -> dict[str, Any]:
    return {"kind": one.kind} | ({"columns": list(one.columns)} if one.columns else {})


def _rule_table(rule: BlockingRule) -> dict[str, Any]:
    return {"name": rule.name, "keys": list(rule.keys), "cap": int(rule.cap), "neighbours": int(rule.neighbours)}


def _comparison_table(comparison: Comparison) -> dict[str, Any]:
    table: dict[str, Any] = {"name": comparison.name, "kind": comparison.kind, "fields": list(comparison.fields)}
    contact = comparison.contact
    if contact is not None:
        table["contact"] = {
            "alone": float(contact.alone),
            "shared": float(contact.shared),
            "together": float(contact.together),
            "apart": float(contact.apart),
            **({"landline": float(contact.landline)} if contact.landline else {}),
            **({"changes_hands": float(contact.changes_hands)} if contact.changes_hands else {}),
        }
    if comparison.rarity is not None:
        table["rarity"] = _rarity_table(comparison.rarity)
    if comparison.beside_contact is not None:
        table["beside_contact"] = float(comparison.beside_contact)
    levels = {
        level.name: {"weight": float(level.weight)} | ({"rarity": True} if level.rarity else {})
        for level in comparison.levels
        if contact is None or level.name not in kinds.CONTACT_LEVELS
    }
    return table | ({"levels": levels} if levels else {})


def _household_table(household: Household) -> dict[str, Any]:
    numbers = {key: float(getattr(household, key)) for key in HOUSEHOLD_RULES}
    return {"comparisons": list(household.comparisons), **numbers}


def _namesakes_table(namesakes: Namesakes) -> dict[str, Any]:
    return {
        "date": namesakes.date,
        "apart": list(namesakes.apart),
        "vouches": list(namesakes.vouches),
        "most": float(namesakes.most),
        **({} if namesakes.relatives is None else {"relatives": float(namesakes.relatives)}),
    }


def model_tables(model: Model) -> dict[str, Any]:
    """The model as plain dictionaries and lists, in the order and with the keys of a model file."""
    return {
        "name": model.name,
        "version": model.version,
        **{
            key: int(getattr(model, key)) if rule.whole else float(getattr(model, key)) for key, rule in NUMBERS.items()
        },
        "hub_fade": [int(names) for names in model.hub_fade],
        "conflicts": list(model.conflicts),
        "merge_needs": [list(terms) for terms in model.merge_needs],
        "joins": model.joins,
        **({} if model.household is None else {"household": _household_table(model.household)}),
        **({} if model.namesakes is None else {"namesakes": _namesakes_table(model.namesakes)}),
        "learns": bool(model.learns),
        "fields": {one.name: _field_table(one) for one in model.fields},
        "blocking": [_rule_table(rule) for rule in model.blocking_rules],
        "name_rarity": {
            part: _rarity_table(model.name_rarity[part]) for part in NAME_RARITY_PARTS if part in model.name_rarity
        },
        "comparison": [_comparison_table(comparison) for comparison in model.comparisons],
    }


def digest(model: Model) -> str:
    """A short hash of all that the model holds but its name and version, the same on every machine.

    Two models of one version with different digests were changed without a new version; two of one digest fold alike.
    """
    tables = {key: value for key, value in model_tables(model).items() if key not in ("name", "version")}
    # Pairs instead of objects: the order of fields and levels is part of the content.
    text = json.dumps(_as_pairs(tables), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:DIGEST_LETTERS]


def _as_pairs(value: Any) -> Any:
    if isinstance(value, Mapping):
        return [[key, _as_pairs(one)] for key, one in value.items()]
    if isinstance(value, list):
        return [_as_pairs(one) for one in value]
    return value + 0.0 if isinstance(value, float) else value


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # A JSON text, number or truth value is one of TOML too; DEL, which JSON leaves bare, is in no name of a model.
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _lines(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _array_of_tables(title: str, tables: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = []
    for table in tables:
        levels = table.get("levels")
        lines += ["", f"[[{title}]]", *_lines({key: value for key, value in table.items() if key != "levels"})]
        lines += ["", f"[{title}.levels]", *_lines(levels)] if levels else []
    return lines


def model_toml(model: Model) -> str:
    """The model as the text of a model file, not checked."""
    tables = model_tables(model)
    sections = ("fields", "blocking", "name_rarity", "comparison")
    lines = _lines({key: value for key, value in tables.items() if key not in sections})
    lines += ["", "[fields]", *_lines(tables["fields"])]
    lines += _array_of_tables("blocking", tables["blocking"])
    lines += ["", "[name_rarity]", *_lines(tables["name_rarity"])] if tables["name_rarity"] else []
    lines += _array_of_tables("comparison", tables["comparison"])
    return "\n".join(lines) + "\n"
