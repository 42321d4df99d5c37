import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from tests.sources.contract.example import Example, Fixture

HEADER = [
    "Name",
    "Phone",
    "Email",
    "Comment or Message",
    "Entry ID",
    "Entry Date",
    "Entry Notes",
    "Viewed",
    "Starred",
    "User Agent",
    "User IP",
]


def row(number: int) -> list[str]:
    """The n-th entry as WPForms exports it."""
    time = datetime.fromisoformat("2026-08-01T12:00:00") + timedelta(hours=number)
    phone = f"+48 501 22 {number // 100:02d} {number % 100:02d}"
    mine = [f"Jan Kowalski {number}", phone, f"jan{number}@example.net", "proszę o wycenę", str(500 + number)]
    return [*mine, time.strftime("%B %d, %Y %I:%M %p").lower(), "", "1", "0", "Mozilla/5.0", "192.0.2.7"]


class Export:
    """An export that is saved anew each time, newest first."""

    def __init__(self, folder: Path) -> None:
        self.numbers: list[int] = []
        self.path = folder / "wpforms.csv"
        self.options = {"path": str(folder / "*.csv")}

    def add(self, number: int) -> None:
        self.numbers.append(number)
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *(row(each) for each in sorted(self.numbers, reverse=True))])
        self.path.write_text(text.getvalue(), encoding="utf-8")


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Export]:
    del fixture
    yield Export(folder)


EXAMPLE = Example(
    vendor="wordpress-csv",
    options={"page_rows": 3, "timezone": "Europe/Warsaw"},
    expected=lambda n: {
        "name": f"Jan Kowalski {n}",
        "phone": f"+48 501 22 {n // 100:02d} {n % 100:02d}",
        "email": f"jan{n}@example.net",
        "message": "proszę o wycenę",
    },
    world=world,
)
