"""Made-up verdicts: a few hundred short texts of one trade, clients and people who sell to it, told apart by how they speak."""

import random
from functools import cache

from pipeline.rejection.learning import Example, Fitted, fit

_WISHES = (
    "сколько стоит окно",
    "нужен замер балкона",
    "хочу заказать дверь",
    "ile kosztuje okno",
    "proszę o wycenę drzwi",
    "how much is a window",
)
_ABOUT = (
    "в двушку",
    "на дачу",
    "с установкой",
    "z montażem",
    "do domu",
    "for my flat",
    "до конца недели",
    "w tym miesiącu",
)
_OFFERS = (
    "продвинем ваш сайт в топ",
    "настроим рекламу для вас",
    "база клиентов недорого",
    "pozycjonowanie stron dla firm",
    "zwiększymy państwa sprzedaż",
    "we grow your traffic",
)
_TERMS = ("первый месяц бесплатно", "гарантия результата", "pierwszy miesiąc gratis", "free audit today", "напишите нам сейчас", "umów prezentację")  # fmt: skip


def judged(many: int = 240, seed: int = 3) -> list[Example]:
    """Half of them junk; every tenth verdict is the wrong way round, as people's are."""
    dice = random.Random(seed)
    examples = []
    for place in range(many):
        is_junk = place % 2 == 0
        first, second = (_OFFERS, _TERMS) if is_junk else (_WISHES, _ABOUT)
        text = f"{dice.choice(first)} {dice.choice(second)} {dice.choice(second)} {place // 2:05d}".replace(
            "1", "один "
        )
        examples.append(Example(text, is_junk != (dice.random() < 0.03), f"sender {place}"))
    return examples


@cache
def fitted() -> Fitted:
    """What was learnt from them: learnt once, because it takes a while."""
    return fit(judged())
