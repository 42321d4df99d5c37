"""Pairs of company records that an expert would decide at a glance, with the verdict and why.

same: one cluster. unsure: not merged, shown to a person. different: neither merged nor shown.
"""

import pytest

from dedup import Record, fold, load_model
from dedup.engines.local import Fold

COMPANY = load_model("company")
SAME, UNSURE, DIFFERENT = "same", "unsure", "different"
INN, INN_TYPO, INN_OTHER = "7707083893", "7707083983", "5260111551"
RARE = "Хромтрон"

PAIRS = [
    # -- the tax number decides --
    ("tax", {"company": "Орион", "tax_id": INN}, {"company": "Vektor", "tax_id": INN}, SAME, "renamed, one number"),
    ("tax-called", {"company": RARE, "tax_id": "ИНН 7707083893"}, {"company": RARE, "tax_id": INN}, SAME,
     "what the number is stands before it"),
    ("tax-kpp", {"company": RARE, "tax_id": "7707083893/770701001"}, {"company": RARE, "tax_id": INN}, SAME,
     "the code of a branch behind the number"),
    ("tax-differs", {"company": f"ООО {RARE}", "tax_id": INN, "phone": "+74952223344", "city": "Тверь"},
     {"company": f"ООО {RARE}", "tax_id": INN_OTHER, "phone": "+74952223344", "city": "Тверь"}, DIFFERENT, "two numbers"),
    ("tax-mistyped", {"company": f"ООО {RARE}", "tax_id": INN, "domain": "hromtron.ru"},
     {"company": f"ООО {RARE}", "tax_id": INN_TYPO, "domain": "hromtron.ru"}, SAME, "its check digits say it is mistyped"),
    ("numbers-run-on", {"company": "Carter Ltd", "tax_id": "07412356", "domain": "carter.co.uk"},
     {"company": "Carter Ltd", "tax_id": "07412357", "domain": "carter.co.uk"}, UNSURE,
     "a slip, or sister companies registered one after the other"),
    # -- the name with a place --
    ("rare-name-city", {"company": f"ООО «{RARE}»", "city": "Тверь"}, {"company": RARE, "city": "Tver"}, SAME,
     "a name of its own in one city"),
    ("typo-city", {"company": "Хромтрон-Медиа", "city": "Тверь"}, {"company": "Хромтон-Медиа", "city": "Тверь"}, SAME,
     "a letter lost in a name of its own"),
    ("common-name-cities", {"company": "ООО Стройсервис", "city": "Тверь"}, {"company": "ООО Стройсервис", "city": "Омск"},
     DIFFERENT, "namesakes stand in every city"),
    ("rare-name-cities", {"company": RARE, "city": "Тверь"}, {"company": RARE, "city": "Омск"}, DIFFERENT, "a namesake, for all that is known"),
    ("common-name", {"company": "Consulting Group"}, {"company": "Consulting Group"}, UNSURE, "words that everybody takes"),
    ("forms", {"company": f"ООО {RARE}", "city": "Тверь"}, {"company": f"АО {RARE}", "city": "Тверь"}, DIFFERENT,
     "two legal persons"),
    ("sister", {"company": f"{RARE} Плюс", "city": "Тверь", "phone": "+74822223344"},
     {"company": RARE, "city": "Тверь", "phone": "+74822223344"}, DIFFERENT, "a word more is another company"),
    ("branch", {"company": f"ООО {RARE}, филиал в г. Омск", "city": "Омск", "domain": "hromtron.ru"},
     {"company": f"ООО {RARE}", "city": "Тверь", "domain": "hromtron.ru"}, SAME, "a branch is the same legal person"),
    ("namesakes-sites", {"company": f"ООО {RARE}", "city": "Москва", "domain": "hromtron.ru", "phone": "+74952223344"},
     {"company": f"ООО {RARE}", "city": "Москва", "domain": "hromtron-td.ru", "phone": "+74957778899"}, UNSURE, "two sites and two phones"),
    ("tax-filler", {"company": "Орион", "tax_id": "7700000000"}, {"company": "Вектор", "tax_id": "7700000000"}, DIFFERENT, "no number"),
    ("sole-trader", {"company": "ИП Киселев И.А.", "city": "Тверь", "phone": "+74822223344"},
     {"company": "Киселев Игорь Андреевич ИП", "city": "Тверь", "phone": "+74822223344"}, SAME, "initials of one person"),
    ("couple", {"company": "ИП Киселев Игорь", "city": "Тверь", "phone": "+74822223344"},
     {"company": "ИП Киселева Инна", "city": "Тверь", "phone": "+74822223344"}, DIFFERENT, "two people, one phone"),
    ("short", {"company": "КАЗ", "city": "Кемерово", "phone": "+73842223344"},
     {"company": "ПАО «Кемеровский арматурный завод»", "city": "Кемерово", "phone": "+73842223344"}, SAME, "its own abbreviation"),
    # -- contacts --
    ("site", {"company": RARE, "domain": "https://www.hromtron.ru/contacts"}, {"company": RARE, "domain": "hromtron.ru"}, SAME,
     "one site"),
    ("site-and-mailbox", {"company": RARE, "domain": "hromtron.ru"}, {"company": RARE, "email": "ivan@hromtron.ru"}, SAME,
     "a mailbox at the firm's own domain"),
    ("mail-domain", {"company": RARE, "email": "info@hromtron.ru"}, {"company": RARE, "email": "zakaz@hromtron.ru"}, SAME,
     "two mailboxes at the firm's own domain"),
    ("free-mail", {"company": "Орион", "email": "orion@mail.ru"}, {"company": "Вектор", "email": "vektor@mail.ru"}, DIFFERENT,
     "anybody has a mailbox there"),
    ("network", {"company": "Орион", "domain": "vk.com/orion"}, {"company": "Вектор", "domain": "vk.com/vektor"}, DIFFERENT,
     "a network is nobody's site"),
    ("one-phone", {"company": "Орион", "phone": "+74952223344"}, {"company": "Вектор", "phone": "+74952223344"}, DIFFERENT,
     "two firms behind one door"),
    ("phone-and-name", {"company": RARE, "phone": "+74952223344"}, {"company": f"ООО {RARE}", "phone": "8 495 222-33-44"}, SAME,
     "a form on one side only says nothing"),
]  # fmt: skip


def folded(*records: dict[str, str]) -> Fold:
    rows = [
        Record(f"r{number}", {name: (value,) for name, value in record.items()})
        for number, record in enumerate(records)
    ]
    return fold(rows, COMPANY)


def verdict_of(left: dict[str, str], right: dict[str, str]) -> str:
    found = folded(left, right)
    if len(found.clusters) == 1:
        return SAME
    return UNSURE if found.review else DIFFERENT


@pytest.mark.parametrize(("left", "right", "verdict", "why"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_decides_as_an_expert_would(left, right, verdict, why):
    assert verdict_of(left, right) == verdict, why
    assert verdict_of(right, left) == verdict, "the order of the pair must not matter"


def test_a_record_without_form_joins_none_of_two_companies_with_unlike_forms():
    found = folded(*({"company": f"{form} {RARE}".strip(), "city": "Тверь"} for form in ("ООО", "АО", "")))
    assert len(found.clusters) == 3
    assert found.review
