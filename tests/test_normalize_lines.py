"""`leadfold normalize`: a line in, a line out, the canonical value and why."""

import io

import pytest
from typer.testing import CliRunner

from pipeline.cli import command_line
from pipeline.normalize_lines import normalize_lines

CASES = (
    ("phone", "RU", "8 (916) 123-45-67 доб. 12", "+79161234567;ext=12\tmobile; RU"),
    ("phone", "PL", "501 222 333, 602 333 444", "+48501222333\tmobile; PL; also +48602333444"),
    ("phone", "PL", "000000000", "\tfake"),
    ("phone", "PL", "8 800 555 35 35", "+78005553535\ttoll_free; RU"),
    ("phone", "", "501 222 333", "\tno_region"),
    ("email", "", "Anna.Nowak+okna@GMail.com", "annanowak@gmail.com\tfree"),
    ("email", "", "jan@gmial.com", "jan@gmial.com\tmeant jan@gmail.com?"),
    ("email", "", "info@okna.pl", "info@okna.pl\trole"),
    ("email", "", "brak", "\tno_at"),
    ("name", "", "ИВАНОВ иван  петрович", "Иванов Иван Петрович\tgiven Иван; patronymic Петрович; surname Иванов"),
    ("company", "", "ООО «Ромашка» ИНН 7707083893", "ромашка\tform ooo; tax number 7707083893"),
    ("company", "", "7707083893", "7707083893\ttax number 7707083893"),
    ("company", "", "7707083894", "\tcheck_digits"),
    ("city", "", "warszawa", "Warszawa\t"),
    ("phone", "PL", "   ", "\tempty"),
)


@pytest.mark.parametrize(("kind", "region", "typed", "told"), CASES, ids=[f"{case[0]}: {case[2]}" for case in CASES])
def test_a_line_is_answered_by_a_line(kind: str, region: str, typed: str, told: str) -> None:
    out = io.StringIO()
    normalize_lines(kind, region, io.BytesIO(f"{typed}\r\n".encode()), out)
    assert out.getvalue() == f"{told}\n"


@pytest.mark.parametrize("kind", ["phone", "email", "name", "company"])
def test_what_is_canonical_stays_so(kind: str) -> None:
    typed = [line for own, _, line, _ in CASES if own == kind]
    first, second = io.StringIO(), io.StringIO()
    normalize_lines(kind, "PL", io.BytesIO("\n".join(typed).encode()), first)
    values = [value for line in first.getvalue().splitlines() if (value := line.split("\t")[0])]
    normalize_lines(kind, "PL", io.BytesIO("\n".join(values).encode()), second)
    assert [line.split("\t")[0] for line in second.getvalue().splitlines()] == values


def test_any_bytes_are_read_and_every_line_is_answered() -> None:
    out = io.StringIO()
    normalize_lines("phone", "PL", io.BytesIO(b"\xff\xfe\n\x00\n" + b"5" * 200_000 + b"\n\t\n501222333"), out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 5
    assert lines[-1].startswith("+48501222333\t")


def test_the_command_reads_standard_input() -> None:
    told = CliRunner().invoke(command_line(), ["normalize", "phone", "--region", "ru"], input="8 916 123 45 67\n")
    assert told.output == "+79161234567\tmobile; RU\n"


@pytest.mark.parametrize("arguments", [["mood"], ["phone", "--region", "XX"]], ids=["kind", "region"])
def test_a_wrong_argument_is_one_line(arguments: list[str]) -> None:
    failed = CliRunner().invoke(command_line(), ["normalize", *arguments], input="")
    assert "allowed" in str(failed.exception) or "use one of" in str(failed.exception)
