"""Who speaks in a message: someone who sells says what `we` do, to `you`, for how much; someone who buys says what `we` want.

Phrases of a lexicon find what was said before; the grammar of an offer finds what was not: Russian and Polish put `we`
into the ending of the verb, English puts it in front.
"""

import re

_RUSSIAN_WE = re.compile(r"[а-я]{2,}(?:ем|им)(?:ся)?")
_POLISH_WE = re.compile(r"[a-z]{2,}(?:emy|imy|amy|ymy)")
_NO_VERB = re.compile(r".*(?:телем|ием|ьем|щим|ким|гим|хим|шим)")
"""Endings of nouns and adjectives that a verb in `we` hardly has: учителем, наличием, хорошим."""

_BUYER_WE = frozenset(
    {
        "хотим", "ищем", "ждем", "планируем", "рассматриваем", "можем", "будем", "делаем", "строим", "живем",
        "приедем", "закажем", "купим", "возьмем", "берем", "решим", "решаем", "думаем", "подумаем", "просим",
        "согласимся", "готовим", "готовимся", "переезжаем", "открываем", "открываемся", "собираемся", "заказываем",
        "покупаем", "оплатим", "платим", "заплатим", "заберем", "подъедем", "едем", "понимаем", "благодарим",
        "закупаем", "имеем", "работаем", "нуждаемся", "придем", "приходим", "зайдем", "пойдем", "поедем", "встретимся",
        "договоримся", "договорились", "обсудим", "рассмотрим", "ремонтируем", "меняем", "сдаем", "снимаем",
        "пользуемся", "обращаемся", "направляем", "прилагаем", "высылаем", "сообщаем", "подтверждаем", "надеемся",
        "получим", "получаем", "знаем", "видим", "учимся", "ходим", "женимся", "ведем", "проводим", "организуем",
        "арендуем", "перейдем", "определимся", "определяемся", "подпишем", "оформим", "посмотрим", "сравниваем",
        "выбираем", "подбираем", "успеем", "доплатим", "отправим", "пришлем", "вышлем", "скинем", "расширяемся",
        "запускаем", "запускаемся", "являемся", "уезжаем", "улетаем", "летим", "вернемся", "звоним", "пишем",
        "интересуемся", "представляем", "находимся", "располагаем", "боимся", "верим", "скажем", "дадим", "даем",
        "сделаем", "поменяем", "приступим", "едим", "затеваем", "отмечаем", "празднуем", "рассчитываем", "оцениваем",
        "тестируем", "проверяем", "проверим", "начинаем", "начнем", "занимаемся", "днем", "мужем", "путем", "ремнем",
        "камнем", "огнем", "затем", "совсем", "всем", "чем", "тем", "зачем", "причем", "прием", "объем", "подъем",
        "заем", "наем", "водоем", "проем", "проблем", "систем", "схем", "крем", "шлем", "своим", "вашим", "нашим",
        "моим", "твоим", "им", "ним", "ей", "этим", "другим", "каким", "таким", "самим", "чужим", "последним",
        "летним", "зимним", "осенним", "весенним", "домашним", "соседним", "утренним", "вечерним", "рабочим",
        "горячим", "синим", "средним", "верхним", "нижним", "крайним", "задним", "передним", "внутренним", "внешним",
        "лишним", "поздним", "ранним", "давним", "третьим", "одним", "двоим", "обоим", "троим", "многим", "режим",
        "интим", "максим", "вашем", "нашем", "моем", "твоем", "своем", "чьем", "ким", "рим", "дым", "несколькими",
        "насколько", "внимательным"
    }
)  # fmt: skip
"""What `we` say who buy, and words that only look like it."""

_BUYER_WE_POLISH = frozenset(
    [
        "szukamy",
        "potrzebujemy",
        "chcemy",
        "prosimy",
        "planujemy",
        "jestesmy",
        "mamy",
        "mieszkamy",
        "budujemy",
        "remontujemy",
        "czekamy",
        "zamawiamy",
        "kupimy",
        "dziekujemy",
        "pozdrawiamy",
        "oczekujemy",
        "prowadzimy",
        "bierzemy",
        "przyjedziemy",
        "zaplacimy",
        "odbierzemy",
        "zamowimy",
        "zastanawiamy",
        "interesujemy",
        "poszukujemy",
        "myslimy",
        "rozwazamy",
        "otwieramy",
        "przeprowadzamy",
        "urzadzamy",
        "kupujemy",
        "bedziemy",
        "mozemy",
        "wolimy",
        "wiemy",
        "rozumiemy",
        "przesylamy",
        "przeslemy",
        "wysylamy",
        "potwierdzamy",
        "zapraszamy",
        "organizujemy",
        "zyczymy",
        "liczymy",
        "odbieramy",
        "robimy",
        "jedziemy",
        "lecimy",
        "umawiamy",
        "zgadzamy",
        "wracamy",
        "akceptujemy",
        "rezygnujemy",
        "placimy",
        "dajemy",
        "podpiszemy",
        "wybieramy",
        "chodzimy",
        "zajmujemy",
        "problemy",
        "systemy",
        "kremy",
        "reklamy",
        "bramy",
        "ramy",
        "diagramy",
        "programy",
        "telegramy",
        "zimy",
        "klimy",
        "dymy",
        "mamy",
        "damy",
        "tamy",
        "plamy",
        "panoramy",
        "sciemy",
        "poznamy",
        "zobaczymy",
        "spotkamy",
        "przyjdziemy",
        "uzywamy",
        "korzystamy",
        "zglaszamy",
        "reprezentujemy",
    ]
)

_SELLER_VERBS = frozenset(
    [
        "help",
        "offer",
        "provide",
        "supply",
        "manufacture",
        "produce",
        "export",
        "import",
        "sell",
        "specialise",
        "specialize",
        "design",
        "develop",
        "build",
        "create",
        "deliver",
        "install",
        "service",
        "repair",
        "clean",
        "source",
        "print",
        "fill",
        "place",
        "recruit",
        "train",
        "promote",
        "publish",
        "feature",
        "file",
        "shoot",
        "write",
        "edit",
        "translate",
        "host",
        "integrate",
        "automate",
        "distribute",
        "stock",
        "ship",
        "guarantee",
        "represent",
        "manage",
        "handle",
        "run",
        "serve",
        "cover",
        "act",
        "partner",
        "fabricate",
        "machine",
        "wholesale",
        "market",
        "generate",
        "boost",
        "optimise",
        "optimize",
        "outsource",
    ]
)
_MODALS = frozenset(
    [
        "can",
        "could",
        "will",
        "would",
        "also",
        "currently",
        "already",
        "do",
        "just",
        "d",
        "ll",
        "are",
        "have",
        "really",
        "proudly",
    ]
)
_WE = frozenset({"we", "i", "we'll", "we'd", "i'll", "i'd", "we've"})
_OUR_DOES = frozenset(
    [
        "can",
        "could",
        "saves",
        "save",
        "helps",
        "help",
        "offers",
        "offer",
        "provides",
        "provide",
        "delivers",
        "deliver",
        "gives",
        "allows",
        "covers",
        "includes",
        "starts",
        "has",
        "have",
        "specialises",
        "specializes",
        "makes",
        "lets",
        "will",
        "brings",
        "fills",
        "supplies",
        "is",
        "are",
    ]
)
_SELLING_ONE = frozenset(
    [
        "продам",
        "продаю",
        "отдам",
        "сделаю",
        "разработаю",
        "настрою",
        "исправлю",
        "напишу",
        "нарисую",
        "изготовлю",
        "размещу",
        "предоставлю",
        "веду",
        "создаю",
        "делаю",
        "пишу",
        "приведу",
        "помогу",
        "научу",
        "подключу",
        "обслуживаю",
        "ремонтирую",
        "шью",
        "пеку",
        "доставлю",
        "привезу",
        "организую",
        "снимаю",
        "провожу",
        "wykonam",
        "wykonuje",
        "tworze",
        "prowadze",
        "przygotuje",
        "oferuje",
        "sprzedam",
        "zaprojektuje",
        "napisze",
        "zrobie",
        "poprowadze",
        "zaoferuje",
        "projektuje",
        "pozyskuje",
        "montuje",
        "naprawiam",
        "drukuje",
        "pisze",
        "szyje",
    ]
)
_INVITING = frozenset(
    [
        "хотите",
        "хотели-бы",
        "теряйте",
        "получите",
        "увеличьте",
        "повысьте",
        "забронируйте",
        "зарегистрируйтесь",
        "станьте",
        "узнайте",
        "попробуйте",
        "экономьте",
        "начните",
        "переходите",
        "переплачиваете",
        "снизьте",
        "сэкономьте",
        "привлекайте",
        "участвуйте",
        "присоединяйтесь",
        "разместите",
        "zwieksz",
        "pozyskaj",
        "zyskaj",
        "sprawdz",
        "dolacz",
        "zarezerwuj",
        "skorzystaj",
        "dodaj",
        "odbierz",
        "przeplacasz",
        "przeplacacie",
        "zaoszczedz",
        "zainwestuj",
        "claim",
        "boost",
        "discover",
        "register",
        "unlock",
        "upgrade",
        "join",
        "grow",
        "struggling",
        "maximise",
    ]
)
"""Verbs with which one who sells asks the reader to act for the reader's own good."""

_FOR_YOURS = frozenset({"для", "dla"})
_YOU = frozenset(
    [
        "вам",
        "ваш",
        "ваша",
        "ваше",
        "ваши",
        "вашей",
        "вашему",
        "вашего",
        "вашим",
        "ваших",
        "вашу",
        "вашем",
        "panstwa",
        "panstwu",
        "panstwem",
        "wam",
        "wasz",
        "wasza",
        "wasze",
        "waszej",
        "waszego",
        "waszym",
        "waszych",
        "twoj",
        "twoja",
        "twoje",
        "twojej",
        "twojego",
    ]
)
_THANKED = frozenset(
    [
        "help",
        "time",
        "reply",
        "answer",
        "response",
        "quote",
        "email",
        "message",
        "information",
        "info",
        "advice",
        "call",
        "attention",
        "understanding",
        "offer",
        "consideration",
        "assistance",
        "price",
        "prices",
        "services",
        "service",
        "patience",
        "support",
        "cooperation",
        "work",
    ]
)
"""What a buyer thanks for or asks about with `for your`."""

_PROMISE = frozenset(
    [
        "бесплатно",
        "бесплатный",
        "бесплатная",
        "бесплатную",
        "недорого",
        "дешево",
        "гарантия",
        "гарантируем",
        "выгодно",
        "подарок",
        "предоплаты",
        "скидка",
        "скидки",
        "скидкой",
        "опт",
        "оптом",
        "напрямую",
        "посредников",
        "комиссии",
        "gratis",
        "darmo",
        "darmowy",
        "darmowa",
        "oplat",
        "bezzwrotn",
        "bezplatnie",
        "bezplatny",
        "bezplatna",
        "tanio",
        "taniej",
        "rabat",
        "rabatu",
        "promocja",
        "gwarancja",
        "free",
        "guaranteed",
        "discount",
        "off",
        "affordable",
        "cheap",
        "competitive",
        "rates",
        "capacity",
    ]
)
_PRICE = re.compile(
    r"(?:\b(?:от|всего|за|по|from|only|just|od|za|for|at)\s{0,2}(?:[£$€]\s?\d|\d[\d .,]{0,10}\s?(?:тыс|руб|р\b|р[./]|₽|zł|zl|pln|eur|usd|gbp|€|%)))"
    r"|\d\s?%|[£$€]\s?\d",
    re.IGNORECASE,
)


def offer_marks(words: list[str], text: str) -> list[str]:
    """Marks of one who sells, at most one of each kind but verbs: verbs of doing in `we` or of inviting, an address to `you`, a promise, a price.

    words: of the text, folded as the lexicons' are. Empty where nobody says that he does anything.
    """
    verbs = _verbs(words)
    for_your = _for_your(words)
    if not verbs and not for_your:
        return []
    marks = list(verbs)
    if you := next((word for word in words if word in _YOU), "") or for_your:
        marks.append(you)
    if promise := next((word for word in words if word in _PROMISE), ""):
        marks.append(promise)
    if price := _PRICE.search(text[:1000]):
        marks.append(price[0])
    return marks


def _verbs(words: list[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        if (len(word) > 4 and word[-1] in "мяy" and _is_sellers_we(word)) or word in _SELLING_ONE or word in _INVITING:
            found[word] = None
        elif word in _FOR_YOURS and place + 1 < len(words) and words[place + 1] in _YOU:
            found[f"{word} {words[place + 1]}"] = None
        elif (word in _WE or word == "our") and (verb := _english_verb(words, place)):
            found[f"{word} {verb}"] = None
    return found


def _is_sellers_we(word: str) -> bool:
    if word.isascii():
        return _POLISH_WE.fullmatch(word) is not None and word not in _BUYER_WE_POLISH
    return _RUSSIAN_WE.fullmatch(word) is not None and word not in _BUYER_WE and _NO_VERB.fullmatch(word) is None


def _english_verb(words: list[str], place: int) -> str:
    """The verb of doing after `we` (modals between), or within three words after `our`."""
    if words[place] == "our":
        return next((word for word in words[place + 2 : place + 5] if word in _OUR_DOES), "")
    following = next((word for word in words[place + 1 : place + 4] if word not in _MODALS), "")
    return following if following in _SELLER_VERBS else ""


def _for_your(words: list[str]) -> str:
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if first == "for" and second == "your" and third not in _THANKED:
            return f"for your {third}"
    return ""
