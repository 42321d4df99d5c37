"""Whole letters in three languages, read as a person would read them: letters/*.toml."""

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.sources.letter import parse_letter
from pipeline.sources.letter_reading import LetterRules, read_letter

FOLDER = Path(__file__).parent / "letters"
RULES = LetterRules(own=("okna.ru", "okna.pl", "windows.co.uk"))
NUMBERS = ("phone", "dialled_number")
LETTERS = [
    pytest.param(letter, id=f"{file.stem}: {letter['id']}")
    for file in sorted(FOLDER.glob("*.toml"))
    for letter in tomllib.loads(file.read_text(encoding="utf-8"))["letter"]
]


def comparable(field, value):
    return [re.sub(r"\D", "", piece) for piece in value.split(",")] if field in NUMBERS else value


@pytest.mark.parametrize("letter", LETTERS)
def test_letter_is_read_as_a_person_reads_it(letter):
    raw = letter["raw"].replace("\n", "\r\n").encode(letter.get("encoding", "utf-8"))
    reading = read_letter(parse_letter(raw), RULES)
    expected = letter.get("expect", {})
    found = {field: comparable(field, reading.fields.get(field, "")) for field in expected}
    assert found == {field: comparable(field, value) for field, value in expected.items()}
    assert reading.kind == letter.get("kind", "email")
    if "signals" in letter:
        assert sorted(reading.signals) == letter["signals"]


def test_there_are_letters_enough():
    assert len(LETTERS) >= 120
