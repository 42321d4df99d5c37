"""The short cuts of the numbering plan against phonenumbers itself: by proof where there is one, else by a large sample."""

import itertools
import random
from re import _constants as kinds
from re import _parser as patterns

import phonenumbers
import pytest

from pipeline.normalize import numbering_plan
from pipeline.normalize.numbering_plan import SETTLED_AFTER, kind_and_region
from pipeline.normalize.phone import _ordinary, _parsed, normalize_phones, read_number

ANY = frozenset("0123456789")


def _digit_sets(tree):
    """Every way through a parsed pattern as a tuple of sets of digits."""
    ways = [()]
    for kind, value in tree:
        if kind is kinds.LITERAL:
            steps = [(frozenset(chr(value)),)]
        elif kind is kinds.IN:
            steps = [(frozenset().union(*map(_members, value)),)]
        elif kind is kinds.BRANCH:
            steps = [way for branch in value[1] for way in _digit_sets(branch)]
        elif kind is kinds.SUBPATTERN:
            steps = _digit_sets(value[3])
        elif kind is kinds.MAX_REPEAT:
            least, most, body = value
            once = _digit_sets(body)
            steps = [sum(ways, ()) for n in range(least, most + 1) for ways in itertools.product(once, repeat=n)]
        else:
            raise AssertionError(f"a pattern of phonenumbers has {kind}, which this proof does not know")
        ways = [way + step for way in ways for step in steps]
    return ways


def _members(item):
    kind, value = item
    if kind is kinds.LITERAL:
        return {chr(value)}
    if kind is kinds.RANGE:
        return {chr(code) for code in range(value[0], value[1] + 1)}
    assert value is kinds.CATEGORY_DIGIT
    return ANY


def _ways(code):
    for region in numbering_plan._regions(code):
        described = (region.general, region.fixed, region.mobile, *(pattern for pattern, _ in region.special))
        yield from (each.pattern for each in described if each is not None)
        if region.leading is not None:
            yield region.leading


@pytest.mark.parametrize("code", SETTLED_AFTER)
def test_no_digit_behind_the_settling_prefix_says_anything(code):
    depths = SETTLED_AFTER[code]
    for pattern in _ways(code):
        for way in _digit_sets(patterns.parse(pattern.pattern)):
            for prefix in map("".join, itertools.product(*(sorted(digits) for digits in way[:3]))):
                depth = depths.get(prefix) or depths.get(prefix[:2]) or depths.get(prefix[:1])
                if depth is not None:
                    assert all(digits == ANY for digits in way[depth:]), (code, prefix, pattern.pattern)


SHAPES = {
    7: "9********* 930******* 4********* 8********* 3********* 7********* 70******** 77******** 800*******",
    48: "********* 5******** 6******** 7******** 88******* 22******* ******* ******",
    380: "67******* 50******* 44******* ********* 800******",
    375: "29******* 33******* 44******* 17******* *********",
    1: "212******* *******555 ********** 800*******",
    44: "7********* 20******** 1********* 800******* **********",
    49: "17******** 15********* 30******* *********",
}


def _numbers(count):
    dice = random.Random(2026)
    shapes = [(code, shape) for code, given in SHAPES.items() for shape in given.split()]
    for _ in range(count):
        code, shape = dice.choice(shapes)
        national = "".join(dice.choice("0123456789") if sign == "*" else sign for sign in shape)
        if national[0] != "0":
            yield code, national


def _by_the_library(code, national):
    number = phonenumbers.PhoneNumber(country_code=code, national_number=int(national))
    kind = phonenumbers.number_type(number)
    if kind == phonenumbers.PhoneNumberType.UNKNOWN:
        return None
    return kind, phonenumbers.region_code_for_number(number)


def test_kinds_and_regions_of_a_large_sample_are_those_of_phonenumbers():
    wrong = [each for each in _numbers(20_000) if kind_and_region(*each) != _by_the_library(*each)]
    assert wrong == []


def test_numbers_read_without_the_library_are_those_that_it_reads():
    """Full international digits, and national ones at home, where phonenumbers finds them valid."""
    homes = {7: "RU", 48: "PL", 380: "UA", 375: "BY", 1: "US", 44: "GB", 49: "DE"}
    for code, national in _numbers(10_000):
        for typed, region in ((f"+{code}{national}", ""), (national, homes[code])):
            try:
                number = phonenumbers.parse(typed, region or None)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                assert [phone.e164 for phone in normalize_phones(typed, region)[0]] == [expected]


def test_the_short_cut_for_ordinary_spellings_says_what_the_long_way_says():
    dice = random.Random(7)
    for _ in range(40_000):
        digits = dice.choice(("7", "8", "79", "89", "48", "9", "4", "5", "6", "0", "")) + "".join(
            dice.choice("0123456789") for _ in range(dice.choice((7, 8, 9, 9, 10, 10)))
        )
        plus, region = dice.random() < 0.3, dice.choice(("RU", "PL", "KZ", "GB", "US", ""))
        quick = _ordinary(digits, plus, region)
        if quick is not None:
            assert quick == read_number(digits, plus, region, False), (digits, plus, region)


def test_shapes_that_skip_the_parser_are_parsed_the_same():
    dice = random.Random(11)
    for _ in range(5_000):
        code = dice.choice(("7", "48", "44", "1", "380", "375"))
        digits = code + str(dice.randint(1, 9)) + "".join(dice.choice("0123456789") for _ in range(dice.choice((8, 9))))
        number = phonenumbers.parse(f"+{digits}", None)
        if phonenumbers.is_valid_number(number):
            assert _parsed(digits, "") == (number.country_code, phonenumbers.national_significant_number(number))
