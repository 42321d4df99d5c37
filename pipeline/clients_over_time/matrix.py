"""The matrix of ABC and XYZ as lines, the same on the command line and on the page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.clients_over_time.reading import MatrixCell

ABC, XYZ = "ABC", "XYZ"
ALL = "all"


def matrix_lines(cells: "Iterable[MatrixCell]") -> list[tuple[Any, ...]]:
    """Lines A, B, C and all: clients in X, Y, Z and together, revenue, share of all revenue (None where there is none)."""
    found = {(cell.abc, cell.xyz): cell for cell in cells}
    whole = sum((cell.revenue for cell in found.values()), start=Decimal(0))
    lines: list[tuple[Any, ...]] = []
    for name, letters in (*((letter, letter) for letter in ABC), (ALL, ABC)):
        counts = [sum(found[letter, column].clients for letter in letters) for column in XYZ]
        revenue = sum((found[letter, column].revenue for letter in letters for column in XYZ), start=Decimal(0))
        lines.append((name, *counts, sum(counts), revenue, share_of(revenue, whole)))
    return lines


def share_of(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A share, 0 to 1; None where there is no whole."""
    return Decimal(part) / whole if whole else None
