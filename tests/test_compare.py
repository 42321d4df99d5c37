import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import kinds
from pipeline.compare import KINDS, compare_lines, compare_pairs


def answers(kind: str, text: str | bytes) -> tuple[int, list[list[str]], str]:
    """Exit code, the fields of each answered line, and what was said of errors."""
    out, errors = io.StringIO(), io.StringIO()
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    code = compare_lines(kind, io.BytesIO(data), out, errors)
    return code, [line.split("\t") for line in out.getvalue().splitlines()], errors.getvalue()


def test_each_line_is_answered_in_order():
    code, found, errors = answers("company", "ООО Ромашка\tRomashka LLC\nОрион\tВектор\nОрион\tОрион Плюс\n")
    assert (code, errors) == (0, "")
    assert [(fields[1], len(fields)) for fields in found] == [("equal", 3), ("differ", 3), ("suffix", 3)]
    assert found[0][0] == "1.0000"
    assert float(found[1][0]) < float(found[2][0]) < 1


@pytest.mark.parametrize(
    ("kind", "left", "right", "level"),
    [
        ("name", "Пётр Зуев", "Zuev Petr", "full_equal"), ("phone", "8 903 765-43-21", "+79037654321", "equal"), ("email", "anna@gmial.com", "anna@gmail.com", "repaired"), ("address", "ул. Ленина 5", "Lenina 5", "equal"),
        ("date", "14.05.1980", "1980-05-14", "equal"), ("place", "Варшава", "Warsaw", "equal"), ("postcode", "tq13 8df", "TQ13 8HU", "area"), ("company", "ООО Мир", "АО Мир", "other_form"),
        ("site", "https://www.romashka.ru/contacts", "romashka.ru", "equal"), ("handle", "@Zuev_P", "https://t.me/zuev_p", "equal"), ("id", "NIP: 525-10-09-497", "5251009497", "equal"), ("category", "Female", "жен.", "equal"), ("text", "Senior Engineer", "engineer, senior", "equal"),
    ],
)  # fmt: skip
def test_each_kind_is_answered(kind, left, right, level):
    code, found, _ = answers(kind, f"{left}\t{right}\n")
    assert (code, found[0][1]) == (0, level)


def test_every_kind_of_comparison_is_offered():
    assert {"person_name" if kind == "name" else kind for kind in KINDS} == set(kinds.KINDS)


def test_a_line_without_one_tab_is_named_and_the_others_are_answered():
    code, found, errors = answers("place", "Варшава\tWarsaw\nОмск\na\tb\tc\n\nОмск\tОмск")
    assert code == 2
    assert [fields[1] for fields in found] == ["equal", "error", "error", "error", "equal"]
    assert "line 2: 0 tabs; write one left value, one tab and one right value" in errors
    assert "line 3: 2 tabs" in errors
    assert "3 line(s)" in errors


def test_errors_do_not_repeat_the_line():
    _, found, errors = answers("phone", "+79037654321\n")
    assert "9037654321" not in errors + "".join(found[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_says_nothing_is_missing(kind):
    code, found, _ = answers(kind, "\tx\nx\t\n \t \n\0\t\0\n")
    assert code == 0
    assert [fields[:2] for fields in found] == [["0.0000", "missing"]] * 4


@pytest.mark.parametrize("kind", KINDS)
def test_odd_bytes_are_read(kind):
    code, found, _ = answers(kind, b"\xff\xfe\x00\t\x80abc\r\nx\0y\tx\0y\r\n")
    assert (code, len(found)) == (0, 2)


def test_a_long_value_is_compared_by_its_beginning():
    long = "Ромашка " + "x" * 20_000_000
    started = time.monotonic()
    code, found, _ = answers("company", f"{long}\t{long}y\n")
    assert (code, found[0][1]) == (0, "equal")
    assert time.monotonic() - started < 20


def test_an_unknown_kind_names_the_allowed_ones():
    code, found, errors = answers("colour", "a\tb\n")
    assert (code, found) == (2, [])
    assert "allowed are name, company, phone" in errors


def test_no_lines_are_no_answers():
    assert answers("date", "") == (0, [], "")


def test_batches_number_lines_through(monkeypatch):
    monkeypatch.setattr("pipeline.compare._BATCH_LINES", 2)
    code, found, errors = answers("date", "1980\t1980\n" * 4 + "x\n")
    assert (code, len(found)) == (2, 5)
    assert "line 5: 0 tabs" in errors


def test_the_score_of_a_pair_does_not_depend_on_its_batch():
    pairs = [("Орион", "Орион Плюс"), ("ООО Мир", "АО Мир"), ("", "x"), ("Вектор", "Виктор")]
    assert compare_pairs("company", pairs) == [compare_pairs("company", [pair])[0] for pair in pairs]


PIECES = (
    "ООО", "«", "»", "ул.", "д.", "кв.", "№", "5", "12/3", "-", ",", ".", "Ltd", "Sp. z o.o.", "Иванов", "Н.О.", "bin", "van der", "\0", "\u200b", "ß", "İstanbul", "ﬁ", "1stanbul", "株式会社", "山田", "🙂", "'", "&", "(", ")",
    "р-н", "Street", "Apt", "#", "3B", "0strowski", "Ostrowski", "Al-", "née", "SP7", "1234567890", "/", "Й", "й", "Ї", "Łódź", "ı", "²", "Ⅳ", "٣", "\u202e", "з-д", "Wm.", "филиал", "т.д.", "лит.", "А",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["name", "company", "address"])
@settings(max_examples=20)
@given(st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join), min_size=20, max_size=20))
def test_any_two_texts_are_answered_alike_from_both_sides(kind, texts):
    pairs = [*zip(texts[::2], texts[1::2], strict=True), *zip(texts, texts, strict=True)]
    there, back = compare_pairs(kind, pairs), compare_pairs(kind, [(right, left) for left, right in pairs])
    assert [(score, level) for score, level, _ in there] == [(score, level) for score, level, _ in back]
    assert all(0 <= score <= 1 for score, _, _ in there)
    assert all(level == "missing" or score >= 0.9 for score, level, _ in there[10:])
