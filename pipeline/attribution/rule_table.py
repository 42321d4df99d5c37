"""The ordered table of rules that turn what a visit carried into a channel: ours in channels.toml, a company's own before or instead."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.attribution.channel import DECLARABLE, Channel, declared_channel
from pipeline.errors import ConfigError
from pipeline.lead import SourceKind
from pipeline.normalize.tags import CLICK_IDS

OURS = "channels.toml"
"""The file of our own rules, beside this module."""

PATTERNS = ("source", "medium", "campaign", "click_id", "referrer", "page", "kind")
"""Conditions of a rule that are patterns."""

_DECLARED = ("line", "source")
_KEYS = frozenset({*PATTERNS, "name", "channel", "declared", "is_direct", "label"})
_LIST = re.compile(r"\{([a-z_]+)\}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_:.-]{0,59}")
_LONGEST_CACHE = 65_536
_PAGE_TEXT = "page text"
"""That some rule asks for more of a page than that there is one."""


class Signs(NamedTuple):
    """What a visit carried, in lower case; referrer: the host of a page that is not ours; declared: what the configuration says
    of the number dialled or of the source."""

    source: str = ""
    medium: str = ""
    campaign: str = ""
    click_ids: tuple[str, ...] = ()
    referrer: str = ""
    page: str = ""
    kind: str = ""
    declared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. number: its place in the table, from 1; conditions: pattern by the name of what it reads, as written in the file and
    as compiled; channel: None where the line or the source names it."""

    number: int
    name: str
    channel: Channel | None
    written: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    declared: str = ""
    is_direct: bool = False
    label: str = ""

    @property
    def reads_tags(self) -> bool:
        """Whether it asks for a visit with utm_source or utm_medium."""
        return "source" in self.conditions or "medium" in self.conditions

    @property
    def text(self) -> str:
        """The rule in words, as `leadfold channels explain` prints it."""
        conditions = [f"{name} is {pattern or 'empty'}" for name, pattern in self.written.items()]
        if self.declared:
            conditions.append(f"the [[{self.declared}]] of the configuration says so")
        said = self.channel.value if self.channel is not None else "its declared channel"
        return f"{' and '.join(conditions) or 'always'} -> {said}"

    def holds(self, signs: Signs) -> bool:
        """Whether every condition holds."""
        if self.declared and self.declared not in signs.declared:
            return False
        if self.reads_tags and not (signs.source or signs.medium):
            return False
        return all(_meets(name, pattern, signs) for name, pattern in self.conditions.items())


def _meets(name: str, pattern: re.Pattern[str], signs: Signs) -> bool:
    if name == "click_id":
        return any(map(pattern.fullmatch, signs.click_ids))
    value: str = getattr(signs, name)
    # A pattern such as `.*` must not take a visit without a referrer for one that has any.
    return (name != "referrer" or bool(value)) and pattern.fullmatch(value) is not None


@dataclass(frozen=True, eq=False)
class RuleTable:
    """Rules in order; the last one, which is always there, says that nothing is known. digest: changes with the rules."""

    rules: tuple[Rule, ...]
    digest: str
    _read: frozenset[str]
    _known: dict[Signs, Rule] = field(default_factory=dict)

    def fire(self, signs: Signs) -> Rule:
        """The first rule that holds."""
        # Pages and campaigns differ from lead to lead: what no rule reads must not make the answer new.
        asked = signs._replace(
            campaign=signs.campaign if "campaign" in self._read else "",
            kind=signs.kind if "kind" in self._read else "",
            page=signs.page if _PAGE_TEXT in self._read else signs.page and "x",
        )
        found = self._known.get(asked)
        if found is None:
            if len(self._known) >= _LONGEST_CACHE:
                self._known.clear()
            found = self._known[asked] = next(rule for rule in self.rules if rule.holds(asked))
        return found


def rule_table(rules: Iterable[Rule]) -> RuleTable:
    """A table of these rules in their order, numbered, with the last one added."""
    numbered = [
        Rule(number, each.name, each.channel, each.written, each.conditions, each.declared, each.is_direct, each.label)
        for number, each in enumerate(rules, start=1)
    ]
    numbered.append(Rule(len(numbered) + 1, "nothing", Channel.UNATTRIBUTED, is_direct=True))
    told = repr([(rule.name, rule.channel, sorted((k, p.pattern) for k, p in rule.conditions.items()), rule.declared,
                  rule.is_direct, rule.label) for rule in numbered])  # fmt: skip
    read = {name for rule in numbered for name in rule.conditions}
    if any(rule.conditions["page"].pattern not in {".+", ".*"} for rule in numbered if "page" in rule.conditions):
        read.add(_PAGE_TEXT)
    return RuleTable(tuple(numbered), blake2b(told.encode(), digest_size=6).hexdigest(), frozenset(read))


@cache
def our_rules() -> tuple[Rule, ...]:
    """The rules of channels.toml."""
    return read_rules(_our_text(), OURS, {})


@cache
def our_table() -> RuleTable:
    """The table without any rule of the company's own."""
    return rule_table(our_rules())


def company_table(file: Path | None, place: str, shown: str = "") -> RuleTable:
    """The table of a company: its own file before our rules, or instead of them; ours alone where it has none.

    Raises ConfigError, with every mistake of the file in one line.
    """
    if file is None:
        return our_table()
    shown = shown or file.name
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("channels.rules", f"`{shown}` cannot be read as UTF-8 text", "correct the path") from error
    own = read_rules(text, shown)
    names = {rule.name for rule in own}
    ours = () if place == "instead" else tuple(rule for rule in our_rules() if rule.name not in names)
    return rule_table((*own, *ours))


def read_rules(text: str, shown: str, known: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """Rules of a file's text, in order. Raises ConfigError with every mistake in one line.

    shown: how it calls the file. known: lists that the file may use beside its own; ours where none are given.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(shown, f"is not valid TOML ({error})", "correct the line named") from error
    mistakes: list[str] = []
    lists = _lists(document, _our_lists() if known is None else known, mistakes)
    mistakes.extend(f"{key}: unknown key, use lists and rule" for key in document if key not in {"lists", "rule"})
    rows = document.get("rule", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        mistakes.append("rule: is not a list of tables, write [[rule]]")
        rows = []
    rules = [_rule(index, row, lists, mistakes) for index, row in enumerate(rows)]
    seen: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if rule.name and seen.setdefault(rule.name, index) != index:
            mistakes.append(f"rule[{index}].name: `{rule.name}` is rule[{seen[rule.name]}] already")
    if mistakes:
        raise ConfigError(shown, "; ".join(mistakes), f"correct {len(mistakes)} place(s)")
    return tuple(rules)


def _lists(document: Mapping[str, Any], known: Mapping[str, str], mistakes: list[str]) -> Mapping[str, str]:
    given = document.get("lists", {})
    if not isinstance(given, dict):
        mistakes.append("lists: is not a table, write [lists]")
        given = {}
    lists = dict(known)
    for name, pattern in given.items():
        if isinstance(pattern, str):
            lists[name] = pattern
        else:
            mistakes.append(f"lists.{name}: is not text")
    return lists


@cache
def _our_lists() -> Mapping[str, str]:
    found: Mapping[str, str] = tomllib.loads(_our_text())["lists"]
    return found


def _our_text() -> str:
    return (resources.files("pipeline.attribution") / OURS).read_text(encoding="utf-8")


def _rule(index: int, row: Mapping[str, Any], lists: Mapping[str, str], mistakes: list[str]) -> Rule:
    place = f"rule[{index}]"
    mistakes.extend(f"{place}.{key}: unknown key" for key in row if key not in _KEYS)
    name = row.get("name", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        mistakes.append(f"{place}.name: is missing or not of the letters a-z, digits and _ : . -")
        name = ""
    declared = row.get("declared", "")
    if declared and declared not in _DECLARED:
        mistakes.append(f"{place}.declared: allowed are {' and '.join(_DECLARED)}")
    channel = _channel(f"{place}.channel", row.get("channel", ""), bool(declared), mistakes)
    for key, allowed in (("is_direct", (True, False)), ("label", ("", "referrer"))):
        if key in row and row[key] not in allowed:
            mistakes.append(
                f"{place}.{key}: allowed are {', '.join(str(value).lower() or 'nothing' for value in allowed)}"
            )
    if row.get("label") and "referrer" not in row:
        mistakes.append(f"{place}.label: the rule has no condition `referrer`")
    written = {key: row[key] for key in PATTERNS if key in row}
    compiled = {key: _pattern(f"{place}.{key}", value, lists, mistakes) for key, value in written.items()}
    conditions = {key: pattern for key, pattern in compiled.items() if pattern is not None}
    _allowed_values(place, written, mistakes)
    if not written and not declared:
        mistakes.append(f"{place}: has no condition, it would stop every rule below it")
    return Rule(
        index + 1, name, channel, {key: str(value) for key, value in written.items()}, conditions, str(declared),
        bool(row.get("is_direct", False)), str(row.get("label", "")),
    )  # fmt: skip


def _channel(place: str, value: Any, is_declared: bool, mistakes: list[str]) -> Channel | None:
    if is_declared:
        if value:
            mistakes.append(f"{place}: a declared channel is named where it is declared, not here")
        return None
    if not isinstance(value, str) or not value:
        mistakes.append(f"{place}: is missing, choose one of {', '.join(DECLARABLE)}")
        return None
    try:
        return declared_channel(place, value)
    except ConfigError as error:
        mistakes.append(f"{place}: {error.problem}, {error.remedy}")
        return None


def _pattern(place: str, value: Any, lists: Mapping[str, str], mistakes: list[str]) -> re.Pattern[str] | None:
    if not isinstance(value, str):
        mistakes.append(f"{place}: is not text")
        return None
    unknown = [name for name in _LIST.findall(value) if name not in lists]
    if unknown:
        mistakes.append(f"{place}: no list is called `{unknown[0]}`, there are {', '.join(sorted(lists))}")
        return None
    try:
        return re.compile(_LIST.sub(lambda found: f"(?:{lists[found[1]]})", value), re.IGNORECASE)
    except re.error as error:
        mistakes.append(f"{place}: is not a pattern ({error})")
        return None


def _allowed_values(place: str, written: Mapping[str, Any], mistakes: list[str]) -> None:
    """A condition on a closed list that none of its values can meet is a mistake of spelling."""
    for key, allowed in (("kind", tuple(SourceKind)), ("click_id", tuple(sorted(CLICK_IDS)))):
        pattern = written.get(key)
        if not isinstance(pattern, str) or _LIST.search(pattern):
            continue
        try:
            met = any(re.fullmatch(pattern, value) for value in allowed)
        except re.error:
            continue
        if not met:
            mistakes.append(f"{place}.{key}: none of {', '.join(allowed)} is meant")
