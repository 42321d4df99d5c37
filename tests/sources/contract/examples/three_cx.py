from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sources.contract.example import Example, Fixture


def line(number: int) -> str:
    """A call of the n-th person to a queue, put through to an extension, as 3CX 20 writes it."""
    caller = f"4850122{number:04d}"
    day = "2026/08/01"
    minute = f"{day} 08:{number:02d}"
    cells = [f"Call {265500 + number}", f"89d3af2d8f010000_{3456 + number}", "00:00:25", f"{minute}:00", f"{minute}:05", f"{minute}:30",
             "TerminatedByDst", caller, "Ext.80002", "10020", "80002", "80002", "ReplacedDst", "Ext.10013", "10013", "", "", "", "",
             f"Chain: {caller};Ext.80002;Ext.10013;", "Line", "Queue", "Extension", "Anna", "Sales", "Jan Nowak", ""]  # fmt: skip
    return ",".join(cells) + "\r\n"


class Folder:
    """A 3CX that writes its file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "cdr.log"
        self.path.touch()
        self.options = {"path": str(self.path)}

    def add(self, number: int) -> None:
        with self.path.open("a", newline="") as file:
            file.write(line(number))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Folder]:
    del fixture
    yield Folder(folder)


EXAMPLE = Example(
    vendor="3cx",
    options={"page_lines": 10, "timezone": "UTC"},
    expected=lambda n: {
        "phone": f"4850122{n:04d}",
        "name": "Anna",
        "dialled_number": "10020",
        "call_status": "ANSWERED",
        "call_duration": "25",
    },
    world=world,
)
