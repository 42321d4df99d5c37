"""The words of a lead without those that say who somebody is: what a text model may see, keep and quote.

Phones, addresses, links, handles, names and figures become one sign each, so that their presence still tells something. Names are
known by the lead's own contact fields, by the table of given names, by capitals inside a sentence and by what stands before a name
(`меня зовут …`, `z poważaniem …`). A word too many that is masked costs a little sureness; a name too few is caught by the model's
own rule that a piece of text must be found in several different texts.
"""

import re
from collections.abc import Iterator

from dedup.given_names import given_name_table
from pipeline.lead import Lead

PHONE, MAILBOX, LINK, HANDLE, NAME, DIGIT = "☎", "✉", "∞", "＠", "☺", "0"
SIGNS = frozenset({PHONE, MAILBOX, LINK, HANDLE, NAME})
LONGEST = 3000
"""Characters looked at: what is longer is a forwarded thread, whose end says nothing of its sender."""

_MAILBOX = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.\w{2,}")
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,}|рф)\b(?:/\S*)?", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w{3,}")
_NUMBER = re.compile(r"\+?\(?\d(?:[\s().\-/]{0,3}\d){6,}")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BEFORE_A_NAME = re.compile(
    r"(?:\bзовут|\bmy name is|\bnazywam się|\bnazywam sie|\bmam na imię|\bс уважением|\bz poważaniem|\bz powazaniem|\bpozdrawiam|\bregards)"
    r"[\s,.:–—-]*((?:[^\W\d_]+[\s,-]{0,3}){1,3})",
    re.IGNORECASE,
)
_SENTENCE_ENDS = frozenset('.!?\n:;•*-–—"«“„(')
_SURNAME = re.compile(
    r"\w{2,}(?:ов|ова|ев|ева|ёв|ёва|ин|ина|ын|ына|ский|ская|цкий|цкая|ко|юк|чук|ян|ski|ska|cki|cka|wicz|czyk|iak)$"
)
_LEAST_LETTERS = 3
_ENDING = 2
"""Letters that a case of Russian or Polish changes at the end of a name."""


def private_text(lead: Lead) -> str:
    """Subject and message in lower case, masked; '' where there are none."""
    text = f"{lead.subject}\n{lead.message}"[:LONGEST].strip()
    if not text:
        return ""
    for pattern, sign in ((_MAILBOX, MAILBOX), (_LINK, LINK), (_HANDLE, HANDLE), (_NUMBER, PHONE)):
        text = pattern.sub(f" {sign} ", text)
    text = _without_names(text, _own_words(lead))
    return " ".join("".join(DIGIT if letter.isdigit() else letter for letter in text).lower().split())


def _own_words(lead: Lead) -> frozenset[str]:
    """Words of the lead's own name, company and addresses."""
    values = [lead.name.full] if lead.name is not None else []
    values += [email.address.partition("@")[0] for email in lead.emails]
    values += [handle.partition(":")[2] for handle in lead.handles]
    if lead.company is not None:
        values.append(lead.company.core)
    return frozenset(
        word.casefold() for value in values for word in _WORD.findall(value) if len(word) >= _LEAST_LETTERS
    )


def _without_names(text: str, own: frozenset[str]) -> str:
    masked = set(_names(text, own))
    parts, at = [], 0
    for start, end in sorted(masked):
        parts += [text[at:start], NAME]
        at = end
    return "".join(parts) + text[at:]


def _names(text: str, own: frozenset[str]) -> Iterator[tuple[int, int]]:
    words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    given = [_is_given(word) for _, _, word in words]
    introduced = [match.span(1) for match in _BEFORE_A_NAME.finditer(text)]
    for place, (start, end, word) in enumerate(words):
        beside = (place > 0 and given[place - 1]) or (place + 1 < len(words) and given[place + 1])
        if (
            given[place]
            or _is_own(word.casefold(), own)
            or (_is_titled(word) and (not _opens(text, start) or _is_followed_by_title(words, place)))
            or (beside and _SURNAME.match(word.casefold()))
            or any(first <= start < last for first, last in introduced)
        ):
            yield start, end


def _is_given(word: str) -> bool:
    return len(word) >= _LEAST_LETTERS and word.casefold() in given_name_table()[0]


def _is_own(word: str, own: frozenset[str]) -> bool:
    """Whether a word is one of the lead's own, in any case: `Иванову` is Иванов."""
    return any(
        word == name
        or (len(name) > _LEAST_LETTERS and abs(len(word) - len(name)) <= _ENDING and word.startswith(name[: max(_LEAST_LETTERS, len(name) - _ENDING)]))
        for name in own
    )  # fmt: skip


def _is_titled(word: str) -> bool:
    return len(word) > 1 and word[0].isupper() and not word.isupper()


def _is_followed_by_title(words: list[tuple[int, int, str]], place: int) -> bool:
    return place + 1 < len(words) and words[place + 1][0] - words[place][1] == 1 and _is_titled(words[place + 1][2])


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    before = text[max(0, start - 3) : start].rstrip(" \t")
    return not before or before[-1] in _SENTENCE_ENDS or "\n" in text[max(0, start - 2) : start]
