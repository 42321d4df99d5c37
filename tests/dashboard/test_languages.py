"""Every sentence that a page makes of codes is there in every language: comparisons, rules, checks, steps, decisions."""

import re
from collections.abc import Iterator

import pytest

from dedup import explain, kinds, load_model
from dedup.comparison.name_words import Part
from dedup.explain import Explanation, ExplanationRow, refusal_words
from dedup.sentences import Said, pattern_of, sentence
from pipeline.dashboard.language import LANGUAGES, Language, use
from pipeline.dashboard.names import (
    call_name,
    check_name,
    comparison_name,
    decision_name,
    refusal_text,
    step_name,
    suite_name,
)
from pipeline.dashboard.pair_words import chance_text, held_text, keys_of_every_level, row_text, wish_text
from pipeline.dashboard.rule_words import evidence_text, rule_text
from pipeline.dashboard.texts import texts
from pipeline.quality.suites import SUITES
from pipeline.rejection.bot import MARKS, read_mark
from pipeline.rejection.rules import RULES
from pipeline.rejection.text_model import RULE as TEXT_MODEL
from pipeline.sources.call import CALL_STATUSES
from pipeline.warehouse.sql_file import file_names
from pipeline.warehouse.statements import sql_folder
from tests.dedup.lead_records import lead

OTHER: tuple[Language, ...] = ("ru", "pl")
_LATIN_WORD = re.compile(r"[A-Za-z]{4,}")


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    use("en")


def russian(told: str) -> bool:
    """Whether no English word is left in a Russian sentence."""
    return bool(told) and not _LATIN_WORD.search(told)


LEVELS = [(kind, words.name) for kind in kinds.KINDS for words in kinds.module_of(kind).LEVELS]


@pytest.mark.parametrize(("kind", "level"), LEVELS, ids=[f"{kind}-{level}" for kind, level in LEVELS])
def test_every_level_of_every_comparison_is_told_in_every_language(kind: str, level: str) -> None:
    for known in (False, True):
        said = Said(kind, pattern_of(kind, level, "something" if known else ""), people=3, has_values=known)
        row = ExplanationRow("phone", level, 1.0, sentence(kind, "phone", level), ("", ""), said)
        told = {}
        for language in LANGUAGES:
            use(language)
            told[language] = row_text(row)
        assert russian(told["ru"]), told
        assert told["pl"] not in ("", told["en"], told["ru"])


def test_every_key_that_a_level_may_ask_for_is_there() -> None:
    assert [key for key in keys_of_every_level() if key not in texts()] == []


def test_every_relation_of_a_name_is_there() -> None:
    assert [
        part for part in Part if part is not Part.MISSING and f"pair.name_is_{part.name.lower()}" not in texts()
    ] == []


PAIRS = [
    ({"name": "Anna Nowak", "phones": ["+48501222333"]}, {"name": "Ania Nowak", "phones": ["+48501222333"]}),
    ({"name": "Jan Kowalski", "phones": ["+48501222333"]}, {"name": "Ewa Wilk", "phones": ["+48501222334"]}),
    ({"name": "Иван Орлов", "emails": ["ivan.orlov@mail.ru"]}, {"name": "Ivan Orlov", "emails": ["ivan.orlov@gmail.com"]}),
    ({"name": "Пересвет Вяземский"}, {"name": "Пересвет Вяземский"}),
    ({"company": "ООО «Ромашка»", "phones": ["+74957654300"]}, {"company": "Romashka LLC", "phones": ["+74957654300"]}),
]  # fmt: skip


def pair(place: int) -> Explanation:
    one, other = PAIRS[place]
    return explain(lead("a", **one), lead("b", **other), load_model("lead"))


@pytest.mark.parametrize("place", range(len(PAIRS)))
def test_in_english_a_page_says_what_dedup_says(place: int) -> None:
    told = pair(place)
    assert [row_text(row) for row in told.rows] == [row.detail for row in told.rows]
    assert [wish_text(wish).lower() for wish in told.wishes or ()] == [w.change.lower() for w in told.wishes or ()]
    if told.held:
        assert held_text(told) == f"A merge needs more: {told.held}"


@pytest.mark.parametrize("place", range(len(PAIRS)))
def test_in_russian_no_english_is_left(place: int) -> None:
    told = pair(place)
    use("ru")
    said = [row_text(row) for row in told.rows] + [wish_text(wish) for wish in told.wishes or ()]
    assert [text for text in [*said, held_text(told), chance_text(told.chance)] if _LATIN_WORD.search(text)] == []


def test_every_comparison_of_our_models_has_a_name_in_every_language() -> None:
    names = {c.name for model in ("company", "person", "lead") for c in load_model(model).comparisons}
    use("ru")
    assert [name for name in sorted(names) if not russian(comparison_name(name))] == []


RULE_IDS = [*(rule.id for rule in RULES), TEXT_MODEL]


@pytest.mark.parametrize("rule", RULE_IDS)
@pytest.mark.parametrize("language", OTHER)
def test_every_rule_says_what_it_claims(rule: str, language: Language) -> None:
    use("en")
    english = rule_text(rule, "12 x")
    use(language)
    assert f"rule.{rule}" in texts()
    assert rule_text(rule, "12 x") != english
    assert rule_text(rule, "").strip()


@pytest.mark.parametrize(
    ("rule", "evidence", "claim", "more"),
    [
        ("hung_up", "answered for 3 s", "Положили трубку через 3 секунды", ""),
        ("same_text_from_many", "12 other senders with the same words", "Те же слова ещё у 12 отправителей", ""),
        ("several_bot_marks", "3 link(s); submitted in 1.5 s; foreign script", "Несколько признаков робота",
         "3 ссылки; отправлено за 1.5 с; чужой алфавит"),
        ("one_bot_mark", "seo продвижение", "Признак робота", "seo продвижение"),
        ("no_contact", "no phone, e-mail or handle (made-up)", "Ни телефона, ни почты, ни мессенджера", ""),
        ("staff_letter", "staff address a@b.example", "Письмо сотрудника", "a@b.example"),
        ("offers", "предлагаем _ поставк*; <we_do>", "Предлагает своё", "предлагаем … поставк…; …"),
        ("text_model", "93%: продвижение, сайта", "Модель текстов считает это мусором", "93%: продвижение, сайта"),
    ],
)  # fmt: skip
def test_evidence_is_told_by_the_claim_and_what_the_lead_says(rule: str, evidence: str, claim: str, more: str) -> None:
    use("ru")
    assert (rule_text(rule, evidence), evidence_text(rule, evidence)) == (claim, more)


@pytest.mark.parametrize(("code", "words"), MARKS.items())
def test_every_mark_of_a_machine_is_read_back(code: str, words: str) -> None:
    number = "2" if "{}" in words else ""
    assert read_mark(words.format(number)) == (code, number)
    assert f"rule.mark_{code}" in texts()


def test_every_check_has_a_name() -> None:
    use("ru")
    checks = [*file_names("checks"), *(expected.name for suite in SUITES.values() for expected in suite)]
    assert [name for name in checks if not russian(check_name(name).replace("E.164", ""))] == []
    assert [name for name in ("verify", *SUITES) if not russian(suite_name(name))] == []


def test_every_step_has_a_name() -> None:
    source = "".join(path.read_text() for path in sql_folder().parent.joinpath("pipeline").rglob("*.py"))
    recorded = set(re.findall(r'recorded\(\s*(?:workspace\.)?warehouse,\s*"([a-z_]+)"', source))
    assert len(recorded) > 5
    use("ru")
    assert [step_name(step) for step in sorted(recorded) if not russian(step_name(step).replace("CRM", ""))] == []
    assert [step for step in sorted(recorded) if f"step.{step}" not in texts()] == []


def test_every_decision_of_the_ledger_has_a_name() -> None:
    schema = sql_folder().joinpath("schema", "20_core.sql").read_text()
    listed = re.search(r"create table core\.decision \(.*?kind in \((.*?)\)\)", schema, re.DOTALL)
    assert listed is not None
    use("ru")
    assert [
        kind for kind in re.findall(r"'(\w+)'", listed[1]) if not russian(decision_name(kind).replace("CRM", ""))
    ] == []


def test_how_a_call_went_has_a_name() -> None:
    use("ru")
    assert [status for status in CALL_STATUSES if not russian(call_name(status))] == []


@pytest.mark.parametrize("reason", ["between_cuts", "conflict: tax_id differs"])
def test_why_two_are_not_one_is_told(reason: str) -> None:
    from dedup.result import BETWEEN_CUTS

    reason = BETWEEN_CUTS if reason == "between_cuts" else reason
    use("ru")
    assert refusal_text(reason) != refusal_words(reason)
    assert russian(refusal_text(reason))
