"""Business customers: several colleagues behind one reception number and one role mailbox."""

import random
from dataclasses import dataclass

from pipeline.demo.phones import draw_landline
from pipeline.demo.translit import to_latin, without_accents

_PARTS = {
    "ru": (
        "Вектор Гранит Север Альянс Монолит Квартал Берег Атлант Прогресс Меридиан Кедр Форум Эталон Маяк Ладья Исток Контур Рубеж Спектр Радиус Азимут Талисман",
        "Строй Инвест Сервис Проект Девелопмент Торг Отель Логистик Мед Фарм Дом Комплект",
        "ООО|АО|ООО|ИП|ООО",
    ),
    "pl": (
        "Granit Bałtyk Wisła Tatra Delta Omega Dąb Kormoran Horyzont Merkury Astra Rondo Kwadrat Lider Orion Polaris Zefir Klon Kaskada Bursztyn",
        "Bud Invest Serwis Projekt Development Hurt Hotel Logistyka Med Farm Dom Handel",
        "Sp. z o.o.|S.A.|Sp. z o.o.|sp.j.|P.H.U.",
    ),
    "en": (
        "Harbour Granite Northgate Willow Summit Kestrel Bridge Castle Beacon Riverside Oakfield Meridian Falcon Anchor Crown Heather Stanway Copper Linden Raven",
        "Build Homes Services Projects Developments Trading Lettings Logistics Care Foods Interiors Joinery",
        "Ltd|Limited|PLC|LLP|Ltd",
    ),
}  # fmt: skip
_DOMAINS = {"ru": "ru", "pl": "pl", "en": "co.uk"}
_ROLES = {
    "ru": ("info", "zakaz", "office", "snab"),
    "pl": ("biuro", "kontakt", "sekretariat"),
    "en": ("info", "enquiries", "office"),
}


@dataclass(frozen=True, slots=True)
class Firm:
    """A customer company: its name as registered, checked tax number, reception number and role mailbox."""

    firm_id: str
    language: str
    core: str
    legal_form: str
    tax_id: str
    domain: str
    reception: str
    role_mailbox: str

    @property
    def name(self) -> str:
        """The registered name, the legal form where that country puts it."""
        if self.language == "ru":
            return f"{self.legal_form} «{self.core}»"
        return f"P.H.U. {self.core}" if self.legal_form == "P.H.U." else f"{self.core} {self.legal_form}"


def _inn(rng: random.Random) -> str:
    digits = [7, 7, *(rng.randrange(10) for _ in range(7))]
    weights = (2, 4, 10, 3, 5, 9, 4, 6, 8)
    check = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 % 10
    return "".join(map(str, [*digits, check]))


def _nip(rng: random.Random) -> str:
    weights = (6, 5, 7, 2, 3, 4, 5, 6, 7)
    while True:
        digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(8))]
        check = sum(d * w for d, w in zip(digits, weights, strict=True)) % 11
        if check < 10:
            return "".join(map(str, [*digits, check]))


def _vat(rng: random.Random) -> str:
    digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(6))]
    total = (
        sum(d * w for d, w in zip(digits, range(8, 1, -1), strict=True)) + 55
    )  # the scheme of numbers issued since 2010
    return "GB" + "".join(map(str, digits)) + f"{97 - total % 97:02d}"


_TAX = {"ru": _inn, "pl": _nip, "en": _vat}


def make_firms(rng: random.Random, language: str, count: int, taken: set[str]) -> tuple[Firm, ...]:
    """`count` firms of one country; their reception numbers are added to `taken`."""
    heads, tails, forms = (part.split("|" if "|" in part else " ") for part in _PARTS[language])
    cores = [
        f"{head}{'' if language == 'ru' else ' '}{tail if language != 'ru' else tail.lower()}"
        for head in heads
        for tail in tails
    ]
    chosen = rng.sample(cores, min(count, len(cores)))
    firms = []
    for number, core in enumerate(chosen, start=1):
        host = to_latin(without_accents(core)).lower().replace(" ", "-")
        domain = f"{host}{rng.choice(('', '', '-grp', '-' + language))}.{_DOMAINS[language]}"
        firms.append(
            Firm(
                f"f-{language}-{number:03d}",
                language,
                core,
                rng.choice(forms),
                _TAX[language](rng),
                domain,
                draw_landline(rng, language, taken),
                f"{rng.choice(_ROLES[language])}@{domain}",
            )
        )
    return tuple(firms)
