"""Cities: the ways people write one city, to its one name. Leads rarely carry more of an address than this."""

import re
from functools import lru_cache

from pipeline.normalize.text import clean_line

_VARIANTS: dict[str, str] = {
    # Russia and neighbours
    "Москва": "мск msk moscow moskva moskwa москов г.москва",
    "Санкт-Петербург": "спб питер spb петербург с-петербург с.-петербург с.петербург st.petersburg st.-petersburg saint-petersburg st-petersburg petersburg sankt-peterburg petersburg sankt-petersburg ленинград piter",
    "Екатеринбург": "екб ебург yekaterinburg ekaterinburg jekaterynburg ekb",
    "Нижний Новгород": "н.новгород н.-новгород нн н-новгород nizhny-novgorod nizhniy-novgorod нижний nizhnij-novgorod",
    "Ростов-на-Дону": "ростов рнд р-н-д rostov-on-don rostov rostov-na-donu ростов-на-дону",
    "Новосибирск": "нск новосиб nsk novosibirsk nowosybirsk",
    "Казань": "kazan kazań kzn",
    "Красноярск": "krasnoyarsk крск",
    "Челябинск": "челяба chelyabinsk cheliabinsk",
    "Самара": "samara smr",
    "Уфа": "ufa",
    "Краснодар": "крд krasnodar krd",
    "Воронеж": "vrn врн voronezh woroneż",
    "Пермь": "perm прм",
    "Волгоград": "влг volgograd wołgograd",
    "Саратов": "saratov",
    "Тюмень": "tyumen tiumen тмн",
    "Тольятти": "тлт togliatti tolyatti",
    "Ижевск": "izhevsk",
    "Барнаул": "barnaul",
    "Иркутск": "irkutsk ирк",
    "Хабаровск": "khabarovsk habarovsk хбк",
    "Владивосток": "влад владик vladivostok",
    "Ярославль": "ярик yaroslavl",
    "Томск": "tomsk",
    "Омск": "omsk",
    "Калининград": "кёниг клд kaliningrad кениг королевец",
    "Сочи": "sochi",
    "Тверь": "tver",
    "Тула": "tula",
    "Минск": "minsk mińsk",
    "Киев": "kiev kyiv kijów київ",
    "Алматы": "алма-ата almaty",
    "Астана": "astana нур-султан nur-sultan",
    # Poland
    "Warszawa": "w-wa wawa warsaw wwa warschau варшава warszawie warszawy",
    "Kraków": "krakow cracow krk краков krakowie krakau",
    "Łódź": "lodz łodz лодзь łodzi",
    "Wrocław": "wroclaw wro wrocek breslau вроцлав wrocławiu",
    "Poznań": "poznan pyrlandia познань poznaniu posen",
    "Gdańsk": "gdansk gda гданьск danzig gdańsku",
    "Gdynia": "гдыня gdyni",
    "Sopot": "сопот",
    "Szczecin": "stettin щецин szczecinie",
    "Bydgoszcz": "bdg быдгощ bydgoszczy",
    "Lublin": "люблин lublinie",
    "Białystok": "bialystok белосток",
    "Katowice": "kato катовице katowicach",
    "Gliwice": "gliwicach",
    "Częstochowa": "czestochowa cz-wa",
    "Rzeszów": "rzeszow жешув rzeszowie",
    "Toruń": "torun toruniu торунь",
    "Kielce": "kielcach",
    "Olsztyn": "olsztynie",
    "Opole": "opolu",
    "Zielona Góra": "zielona-gora zg",
    "Bielsko-Biała": "bielsko bielsko-biala",
    "Radom": "radomiu",
    # Britain
    "London": "ldn londyn лондон londra",
    "Birmingham": "b'ham bham brum бирмингем",
    "Manchester": "mcr m/cr манчестер",
    "Liverpool": "lpool l'pool",
    "Nottingham": "nottm",
    "Newcastle upon Tyne": "newcastle newcastle-on-tyne n/castle",
    "Edinburgh": "edin edinboro эдинбург",
    "Glasgow": "glas glasgow-city",
    "Leeds": "",
    "Sheffield": "sheff",
    "Bristol": "",
    "Wolverhampton": "w'hampton wolves",
    "Southampton": "soton s'hampton",
    "Northampton": "n'hampton",
    "Kingston upon Hull": "hull",
    "Cardiff": "caerdydd",
    "Belfast": "",
    "New York": "nyc new-york-city ny",
    "Los Angeles": "la l.a.",
    "Berlin": "берлин",
}
_ADMINISTRATIVE = re.compile(
    r"^(?:(?:г(?:ор(?:од)?)?\.?|city of|miasto|m\.|пос\.|дер\.)\s+|г\.(?=\S)){1,3}", re.IGNORECASE
)
_POSTCODE = re.compile(r"\b\d{2}-\d{3}\b|\b\d{6}\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_WIDER = re.compile(
    r"^(?:россия|рф|беларусь|украина|казахстан|мо|ло|polska|poland|russia|england|scotland|wales|uk|woj\.? \w{3,25}"
    r"|[\w-]{3,25} (?:область|обл\.?|край|район|р-н|voivodeship|oblast)|республика \w{3,25})\s*[,;]\s*(?=\w)",
    re.IGNORECASE,
)
"""A country or a region in front of the city."""

_PREPOSITION = re.compile(r"^(?:в|во|из|w|we|z|ze|in|from) (?=\w{3})", re.IGNORECASE)
_AFTER = re.compile(r"\s*[,(;/].*$|\s+(?:city|г\.?)$", re.IGNORECASE | re.DOTALL)
_DASH = re.compile(r"[\s\-\u2010-\u2015]+")


def _key(text: str) -> str:
    return _DASH.sub("-", text.casefold().replace("ё", "е"))


def _cases(city: str) -> tuple[str, ...]:
    """A one-word Russian city after `в`, `из` and `по`: Москва gives Москве, Москвы, Москву."""
    if not _CYRILLIC_WORD.fullmatch(city):
        return ()
    stem, last = city[:-1], city[-1]
    if last == "а":
        return tuple(stem + ending for ending in ("е", "ы", "и", "у"))
    return (stem + "и",) if last == "ь" else (city + "е", city + "а", city + "у") if last not in "оиыйе" else ()


_CYRILLIC_WORD = re.compile("[а-яё]{3,}", re.IGNORECASE)
_CASES = {_key(form): city for city in _VARIANTS for form in _cases(city)}
_NAMES = {_key(city): city for city in _VARIANTS if " " not in city}
_SURNAMES = frozenset(
    {
        "London",
        "Birmingham",
        "Manchester",
        "Nottingham",
        "Sheffield",
        "Bristol",
        "Leeds",
        "Glasgow",
        "Berlin",
        "Саратов",
    }
)
ONLY_CITIES = frozenset(city for city in _VARIANTS if " " not in city) - _SURNAMES
"""One-word names of cities that are hardly anybody's surname (Jack London)."""

_KNOWN = _CASES | {
    _key(spelling): city for city, variants in _VARIANTS.items() for spelling in (city, *variants.split())
}


@lru_cache(maxsize=16384)
def normalize_city(text: str) -> str:
    """The city's one name in its own language, `` where nothing is written; a city not in the table comes back cleaned."""
    line = clean_line(text)
    if not line:
        return ""
    found = _KNOWN.get(_key(line))
    if found is not None:
        return found
    line = _PREPOSITION.sub("", _WIDER.sub("", _POSTCODE.sub("", line).strip(" ,;")))
    line = _AFTER.sub("", _ADMINISTRATIVE.sub("", line)).strip(" .,;-")
    found = _KNOWN.get(_key(line))
    if found is not None:
        return found
    first, blank, _ = line.partition(" ")
    if blank and _key(first) in _NAMES:
        return _NAMES[_key(first)]  # a district behind its city: Warszawa Mokotów
    return line.title() if line.islower() or line.isupper() else line
