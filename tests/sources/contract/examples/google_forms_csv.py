import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.sources.contract.example import Example, Fixture

HEADER = ["Sygnatura czasowa", "Adres e-mail", "Imię i nazwisko", "Numer telefonu", "Ile okien?", "Uwagi"]


def row(number: int) -> list[str]:
    """The n-th answer as a sheet with Poland's locale writes it."""
    time = datetime.fromisoformat("2026-08-01T12:00:00") + timedelta(hours=number)
    phone = f"501 22 {number // 100:02d} {number % 100:02d}"
    return [
        time.strftime("%d.%m.%Y %H:%M:%S"),
        f"anna{number}@example.net",
        f"Anna Nowak {number}",
        phone,
        "3",
        "dwa zdania,\nw dwóch liniach",
    ]


def line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


class Folder:
    """A folder into which answers are saved, those of two forms in turn."""

    def __init__(self, folder: Path) -> None:
        self.files = [folder / "wycena.csv", folder / "kontakt.csv"]
        self.options = {"path": str(folder / "*.csv")}

    def add(self, number: int) -> None:
        file = self.files[number % 2]
        with file.open("a", encoding="utf-8", newline="") as out:
            out.write(("" if out.tell() else line(HEADER)) + line(row(number)))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Folder]:
    del fixture
    yield Folder(folder)


EXAMPLE = Example(
    vendor="google-forms-csv",
    options={"page_rows": 3, "timezone": "Europe/Warsaw"},
    expected=lambda n: {
        "email": f"anna{n}@example.net",
        "name": f"Anna Nowak {n}",
        "phone": f"501 22 {n // 100:02d} {n % 100:02d}",
        "message": "dwa zdania,\nw dwóch liniach\nIle okien?: 3",
    },
    world=world,
)
