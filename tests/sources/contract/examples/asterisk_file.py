from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.sources.contract.example import Example, Fixture


def line(number: int) -> str:
    """A call of the n-th person as Master.csv has it, with uniqueid."""
    start = f"2026-08-01 10:{number:02d}:00"
    caller = f"+4850122{number:04d}"
    cells = ["", caller, "48221112233", "from-trunk", f'"Anna" <{caller}>', f"PJSIP/trunk-{number}", "PJSIP/101-1", "Dial",
             "PJSIP/101", start, start, start, "30", "25", "ANSWERED", "DOCUMENTATION", f"1785571200.{number}", ""]  # fmt: skip
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


class Folder:
    """A PBX that writes its file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "Master.csv"
        self.path.touch()
        self.options = {"path": str(self.path)}

    def add(self, number: int) -> None:
        with self.path.open("a") as file:
            file.write(line(number))


@contextmanager
def world(folder: Path, fixture: Fixture) -> Iterator[Folder]:
    del fixture
    yield Folder(folder)


EXAMPLE = Example(
    vendor="asterisk-file",
    options={"page_lines": 10},
    expected=lambda n: {"phone": f"+4850122{n:04d}", "name": "Anna", "call_status": "ANSWERED", "call_duration": "25"},
    world=world,
)
