"""A model is data: fields, blocking rules, comparisons with levels and weights, cuts and caps. It has a version.

A weight is in bits: log2 of the Bayes factor m/u, where m is the chance of the level among pairs that are one
person and u the chance among pairs that are not. The shipped weights are set by hand from what is known of names
and numbers (each level says why); the frequencies of the values come from the set at hand.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dedup.comparison.person_name import NameLevel


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """Records that share a key of this rule are compared. keys: the parts that make the key; see `dedup.blocking`.

    cap: most records that one key may bring together all with all; a larger group is compared with its
    neighbours in name order only, and reported.
    """

    name: str
    keys: tuple[str, ...]
    cap: int = 40


@dataclass(frozen=True, slots=True)
class ComparisonLevel:
    """One level of a comparison. weight: bits, before the value's own rarity is added where `rarity` is true."""

    name: str
    weight: float
    claim: str
    example: tuple[str, str]
    rarity: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """How a value that belongs to one person weighs when two records share it.

    alone: bits above an even bet while no two names contradict each other on the value. shared: the same when two
    contradicting names are known on it; each doubling of the names takes one more bit. together: bits it adds to a
    stronger contact that is shared as well (households share several, so they do not add up).
    apart: bits when both records have values and none is shared.
    """

    alone: float
    shared: float
    together: float
    apart: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim about two records, its fields and levels, best level first. contact is set for shared values."""

    name: str
    fields: tuple[str, ...]
    levels: tuple[ComparisonLevel, ...]
    contact: Contact | None = None

    def level_named(self, name: str) -> ComparisonLevel:
        """The level of this name. Raises KeyError."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All that a fold needs beside records and judgements.

    duplicates_per_record: expected true pairs per record, the prior. least_population: a small set is a sample of a
    larger world; its namesakes are counted as if it had at least this many records. rarity_prior: for each part of a
    name (and city, company) the share of a value never seen, and the weight of that belief in records.
    review_span: bits below an even bet where the review queue begins. hub_fade: names on one value where its weight
    begins to fade, and where it is gone. conflicts: fields whose values, when both are known and none is shared,
    keep two clusters apart. cluster_cap: records in a cluster above which only links of
    `strong_link` bits above an even bet may add to it: one own phone is such a link, a company's mailbox is not.
    """

    name: str
    version: str
    fields: tuple[str, ...]
    blocking_rules: tuple[BlockingRule, ...]
    comparisons: tuple[Comparison, ...]
    duplicates_per_record: float
    least_population: int
    rarity_prior: Mapping[str, tuple[float, float]]
    review_span: float
    hub_fade: tuple[int, int]
    conflicts: tuple[str, ...]
    cluster_cap: int
    strong_link: float

    def comparison_named(self, name: str) -> Comparison:
        """The comparison of this name. Raises KeyError."""
        for comparison in self.comparisons:
            if comparison.name == name:
                return comparison
        raise KeyError(name)

    def even_bet(self, records: int) -> float:
        """Weight in bits at which a pair of a set of this many records is one person as likely as not."""
        return math.log2(max(records, self.least_population) / self.duplicates_per_record)

    def merge_cut(self, records: int, precision: float) -> float:
        """Weight at and above which a pair is one person with the precision asked for."""
        share = min(max(precision, 0.5), 0.9999)
        return self.even_bet(records) + math.log2(share / (1.0 - share))

    def review_cut(self, records: int, precision: float) -> float:
        """Weight at and above which a person should see a pair that is not merged."""
        return min(self.even_bet(records) - self.review_span, self.merge_cut(records, precision))


_NAME_WORDS: Mapping[NameLevel, tuple[float, str, tuple[str, str], bool]] = MappingProxyType(
    {
        NameLevel.FULL_THREE_PART: (
            -0.5,
            "given name, patronymic and surname agree",
            ("Пётр Ильич Орлов", "Orlov Petr Ilyich"),
            True,
        ),
        NameLevel.FULL_EQUAL: (
            -1.0,
            "given name and surname agree, in any order or script",
            ("Anna Nowak", "Nowak Anna"),
            True,
        ),
        NameLevel.FULL_VARIANT: (
            -2.0,
            "surname agrees, given name is a variant or short form",
            ("Саша Белов", "Александр Белов"),
            True,
        ),
        NameLevel.FULL_CLOSE: (
            -4.0,
            "full names a slip or a gendered ending apart",
            ("Ivan Sidorov", "Ivan Sidorow"),
            True,
        ),
        NameLevel.INITIAL: (
            -2.0,
            "one half agrees, of the other only the initial is known",
            ("И. Орлов", "Иван Орлов"),
            True,
        ),
        NameLevel.GIVEN_ONLY: (-0.5, "given names agree, a surname is missing", ("Marta", "Marta Zielińska"), True),
        NameLevel.GIVEN_VARIANT: (
            -2.0,
            "given names may be one, a surname is missing",
            ("Kasia", "Katarzyna Wilk"),
            True,
        ),
        NameLevel.SURNAME_ONLY: (-0.5, "surnames agree, a given name is missing", ("Зуева", "Ольга Зуева"), True),
        NameLevel.INITIALS: (0.5, "only an initial agrees", ("И.", "Иван"), False),
        NameLevel.SIMILAR: (2.0, "both halves are a slip apart", ("Marina Belova", "Maryna Bilova"), False),
        NameLevel.RELATED_GIVEN: (-4.0, "given names are kin but two names", ("Hanna", "Anna"), False),
        NameLevel.MISSING: (0.0, "no part of the name is known on both sides", ("", "Anna Nowak"), False),
        NameLevel.SURNAME_CHANGED: (
            -8.5,
            "a woman's given name agrees, the surname does not",
            ("Анна Кузина", "Анна Лебедева"),
            True,
        ),
        NameLevel.UNCLEAR: (-4.0, "the names do not fit, but one is too thin to contradict", ("Max007", "Олег"), False),
        NameLevel.CONTRADICTION: (-13.0, "the names contradict each other", ("Иван Орлов", "Мария Орлова"), False),
    }
)


def _name_levels() -> tuple[ComparisonLevel, ...]:
    return tuple(
        ComparisonLevel(level.name.lower(), weight, claim, example, rarity)
        for level, (weight, claim, example, rarity) in _NAME_WORDS.items()
    )


def _contact(name: str, fields: tuple[str, ...], contact: Contact, claim: str, example: tuple[str, str]) -> Comparison:
    levels = (
        ComparisonLevel("equal", contact.alone, f"{claim} is shared", example),
        ComparisonLevel("shared", contact.shared, f"{claim} is shared, by several people", example),
        ComparisonLevel("differ", contact.apart, f"{claim} differs", example),
    )
    return Comparison(name, fields, levels, contact)


_EMAIL = Comparison(
    "email",
    ("email", "email_suggestion"),
    (
        ComparisonLevel("equal", 8.0, "a mailbox is shared", ("jan.k@gmail.com", "jan.k@gmail.com")),
        ComparisonLevel("shared", 1.5, "a mailbox is shared, by several people", ("rodzina@wp.pl", "rodzina@wp.pl")),
        ComparisonLevel(
            "repaired", 6.5, "mailboxes agree once a mistyped domain is repaired", ("a@gmial.com", "a@gmail.com")
        ),
        ComparisonLevel(
            "same_login_long", 3.5, "one long login at two providers", ("zuev1987@mail.ru", "zuev1987@ya.ru")
        ),
        ComparisonLevel("same_login", 1.0, "one login at two providers", ("anna@mail.ru", "anna@bk.ru")),
        ComparisonLevel("differ", -0.7, "mailboxes differ", ("a@x.pl", "b@x.pl")),
    ),
    Contact(8.0, 1.5, 4.0, -0.7),
)
_CITY = Comparison(
    "city",
    ("city",),
    (
        ComparisonLevel("equal", -0.5, "one city", ("Warszawa", "Warsaw"), True),
        ComparisonLevel("close", -1.5, "cities a slip apart", ("Екатеринбург", "Екатеринбрг"), True),
        ComparisonLevel("differ", -2.0, "two cities", ("Kraków", "Gdańsk")),
    ),
)
_COMPANY = Comparison(
    "company",
    ("company", "legal_form"),
    (
        ComparisonLevel("equal", -0.7, "one company name", ("Ромашка", "Romashka"), True),
        ComparisonLevel("close", -3.0, "company names a slip apart", ("Stalprofil", "Stalprofill"), True),
        ComparisonLevel("other_form", 0.0, "one company name, two legal forms", ("Орион ООО", "Орион АО")),
        ComparisonLevel("differ", -1.5, "two companies", ("Орион", "Вектор")),
    ),
)

LEAD_MODEL = Model(
    name="lead",
    version="lead-1",
    fields=(
        "name", "given", "patronymic", "surname", "phone", "phone_extension", "email", "email_suggestion",
        "company", "legal_form", "tax_id", "company_email", "handle", "city",
    ),
    blocking_rules=(
        BlockingRule("phone", ("phone",), 60),
        BlockingRule("phone extension", ("phone_extension",), 60),
        BlockingRule("email", ("email",), 60),
        BlockingRule("repaired email", ("any_email",), 60),
        BlockingRule("handle", ("handle",), 60),
        BlockingRule("company mailbox", ("company_email",), 40),
        BlockingRule("tax id", ("tax_id",), 40),
        BlockingRule("tax id + name", ("tax_id", "loose_name"), 40),
        BlockingRule("name + company", ("half_name", "company"), 40),
        BlockingRule("name + city", ("loose_name", "city"), 30),
        BlockingRule("name + mail login", ("loose_name", "login"), 30),
        BlockingRule("full name", ("full_name",), 20),
    ),
    comparisons=(
        Comparison("person_name", ("name", "given", "patronymic", "surname"), _name_levels()),
        _contact("phone", ("phone",), Contact(7.0, 1.5, 4.0, -1.0), "a phone", ("+48501234567", "+48501234567")),
        _contact("phone_extension", ("phone_extension",), Contact(6.5, 1.5, 4.0, 0.0), "a desk", ("+48221234567;ext=12",) * 2),
        _EMAIL,
        _contact("handle", ("handle",), Contact(9.0, 1.5, 4.0, 0.0), "a messenger account", ("tg:1234", "tg:1234")),
        _contact("company_email", ("company_email",), Contact(6.0, -1.5, 1.5, 0.0), "a company mailbox", ("info@x.pl",) * 2),
        _contact("tax_id", ("tax_id",), Contact(6.0, -1.5, 1.5, -13.0), "a tax id", ("7707083893", "7707083893")),
        _COMPANY,
        _CITY,
    ),
    duplicates_per_record=0.5,
    least_population=5_000,
    # Share of a value not seen before, and how many records that belief weighs. Of the commonest given names each
    # holds 2-5 % of people, of the commonest surnames 0.3-1.5 %; a name outside the table is rarer.
    rarity_prior=MappingProxyType(
        {
            "given": (0.012, 300.0),
            "unknown_given": (0.002, 300.0),
            "surname": (0.001, 1000.0),
            "patronymic": (0.02, 300.0),
            "city": (0.03, 100.0),
            "company": (0.001, 1000.0),
        }
    ),
    review_span=1.0,
    hub_fade=(8, 128),
    conflicts=("tax_id",),
    cluster_cap=60,
    strong_link=6.6,
)  # fmt: skip

MODELS: Mapping[str, Model] = MappingProxyType({"lead": LEAD_MODEL})
