"""Which word of a name is the given name, the patronymic, the surname, and how sure that is.

Decided once for each shape of name (the traits of its words in their order): thousands of shapes stand for millions of names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dedup.words import WordTraits

MAX_WORDS = 6
"""Longer texts in a name field are not names; the first words are read."""

GIVEN, SURNAME, FATHER, TITLED, FORMAL = 1, 2, 3, 4, 5
"""What the source says of a word: it was typed into the field of given names, surnames or patronymics, or stands alone behind a title, one that is
for surnames (Mr) or for either (pani); 0 for nothing."""
HINTS = 6


@dataclass(frozen=True, slots=True)
class Roles:
    """Places of words by role. guessed: places whose word is read as the given name it is a slip away from.
    sure: the roles are backed by the table, a suffix or both; if not, they may be swapped."""

    given: tuple[int, ...] = ()
    patronymic: int = -1
    surname: tuple[int, ...] = ()
    sure: bool = False
    guessed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    place: int
    traits: WordTraits
    hint: int
    guessed: bool = False

    @property
    def known(self) -> bool:
        return self.traits.known or self.guessed


def _is_patronymic(words: Sequence[_Word], index: int) -> bool:
    traits = words[index].traits
    if not traits.patronymic:
        return False
    if traits.female_patronymic:
        return len(words) > 1
    if len(words) > 2:
        return True
    # Two words: `Иван Петрович` is an address, `Abramovich Roman` and Latin `Ivan Petrovich` may be surnames; so is
    # Рабинович, since no father is called Рабин, and any -ович behind a woman's name.
    if len(words) != 2 or index != 1 or traits.latin or not words[0].known:
        return False
    return words[0].traits.sex != 2 and traits.of_father


def _find_patronymic(words: Sequence[_Word]) -> int:
    found = [index for index in range(len(words)) if _is_patronymic(words, index)]
    for index in found:
        if index and words[index - 1].known:
            return index
    return found[-1] if found else -1


def _guess_given(words: list[_Word]) -> list[_Word]:
    """The words with a mistyped given name recognised, where none is known."""
    if any(word.known for word in words):
        return words
    open_places = [w.place for w in words if w.traits.guessable and not w.traits.initial and not w.traits.surname]
    if len(open_places) > 1:
        open_places = [w.place for w in words if w.place in open_places and w.hint != SURNAME]
    return [
        _Word(w.place, w.traits, w.hint, guessed=True) if w.place in open_places and w.traits.guessable else w
        for w in words
    ]


def _choose_surname(words: list[_Word]) -> tuple[_Word, ...]:
    by_suffix = tuple(word for word in words if word.traits.surname and not word.known)
    if by_suffix and len(by_suffix) < len(words):
        return by_suffix
    by_hint = tuple(word for word in words if word.hint == SURNAME)
    if by_hint and len(by_hint) < len(words):
        return by_hint
    return (words[-1],)


def _roles(
    given: Sequence[_Word], patronymic: int, surname: Sequence[_Word], sure: bool, words: Sequence[_Word]
) -> Roles:
    return Roles(
        tuple(word.place for word in given),
        patronymic,
        tuple(word.place for word in surname),
        sure,
        tuple(word.place for word in words if word.guessed),
    )


def _assign_with_initials(
    words: list[_Word], whole: list[_Word], initials: list[_Word], patronymic: int
) -> tuple[Sequence[_Word], Sequence[_Word], bool]:
    if whole[0].known and len(whole) == 1 and patronymic < 0 and words[-1].traits.initial:
        # `Anna K.`: whose first word is a given name signs with the letter of the surname, whatever the field says.
        return whole, initials[:1], False
    if len(whole) > 1 and any(word.known for word in whole) and not all(word.hint == SURNAME for word in whole):
        return _assign_whole(whole)  # `G. Sandra Perry`: the letter is a further name's
    return initials[:1], whole, patronymic >= 0 or any(word.traits.proves_surname for word in whole)


def _assign_whole(whole: list[_Word]) -> tuple[Sequence[_Word], Sequence[_Word], bool]:
    known = [word for word in whole if word.known]
    if len(whole) > 1 and not known and all(word.hint == SURNAME for word in whole):
        return (), whole, False
    if len(whole) == 1:
        word = whole[0]
        if word.hint in (TITLED, FORMAL) and (word.traits.surname or not word.known or word.guessed):
            return (), whole, True
        if word.hint == FORMAL:
            return (), whole, False  # Mr Morris, but perhaps Miss Susan
        if word.known:
            return whole, (), word.hint != SURNAME and not word.guessed
        return ((), whole, False) if word.traits.surname or word.hint == SURNAME else (whole, (), False)
    surname = _choose_surname(whole)
    rest = [word for word in whole if word not in surname]
    backed = not known and any(word.traits.proves_surname for word in surname)
    return rest, surname, backed and not any(word.traits.surname for word in rest)


def _is_middle(initials: Sequence[_Word], whole: Sequence[_Word]) -> bool:
    """Whether the one letter among several words is a middle name's or a father's: Sandra G. Perry, Орлов Пётр И."""
    if len(initials) != 1:
        return False
    place, first, last = initials[0].place, whole[0].place, whole[-1].place
    return first < place and (place < last or any(word.known for word in whole))


def _typed_as_given(others: Sequence[_Word], alone: bool = False) -> list[_Word]:
    """Of words that the table does not have those typed among given names, where others were typed among surnames: Kim Barbara; Nicholls.
    alone: also where none of them was."""
    if not alone and not any(word.hint == SURNAME for word in others):
        return []
    return [word for word in others if word.hint == GIVEN and not word.traits.surname]


def _assign(words: list[_Word], patronymic: int) -> Roles:
    """Roles of the words that are no patronymic."""
    words = _guess_given(words)
    initials = [word for word in words if word.traits.initial]
    whole = [word for word in words if not word.traits.initial]
    if patronymic < 0 and len(initials) > 1:
        patronymic = initials[1].place
    if patronymic < 0 and len(whole) > 1 and _is_middle(initials, whole):
        patronymic, initials = initials[0].place, []
    if not whole:
        return _roles(initials[:1], patronymic, (), False, words)
    known = [word for word in whole if word.known]
    others = [word for word in whole if not word.known]
    if known and others:
        if all(word.hint == SURNAME for word in known) and _typed_as_given(others, alone=True):
            # Logan; Jones: the fields say which is which, since the table has neither every given name nor given names alone.
            typed = _typed_as_given(others, alone=True)
            rest = [word for word in whole if word not in typed]
            return _roles(typed, patronymic, rest, False, words)
        typed = _typed_as_given(others)
        others = [word for word in others if word not in typed]
        return _roles([*typed, *known], patronymic, others, not all(word.guessed for word in known), words)
    given, surname, sure = (
        _assign_with_initials(words, whole, initials, patronymic) if initials else _assign_whole(whole)
    )
    return _roles(given, patronymic, surname, sure, words)


@lru_cache(maxsize=1 << 16)
def roles_of(traits: tuple[WordTraits, ...], hints: tuple[int, ...]) -> Roles:
    """The roles of a name's words. traits, hints: [words], at most `MAX_WORDS`."""
    words = [_Word(place, trait, hint) for place, (trait, hint) in enumerate(zip(traits, hints, strict=True))]
    at = next((word.place for word in words if word.hint == FATHER), -1)
    if at < 0:
        at = _find_patronymic(words)
    rest = [word for word in words if word.place != at and not word.traits.empty]
    if not rest:
        return Roles(patronymic=at)
    return _assign(rest, at)
