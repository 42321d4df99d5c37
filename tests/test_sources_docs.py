"""The tables of docs/sources.md are what the code says of each vendor.

Run as a script it writes them anew: `python -m tests.test_sources_docs`.
"""

import importlib
import re
from pathlib import Path

from pipeline.lead import ENQUIRY_FIELDS
from pipeline.source_report import ways_of
from pipeline.sources.connector import Connector
from pipeline.sources.field_map import MAPS
from pipeline.sources.table import CONNECTORS
from tests.sources.contract.example import Example

PAGE = Path(__file__).parents[1] / "docs" / "sources.md"
EXAMPLES = Path(__file__).parent / "sources" / "contract" / "examples"
TABLE = re.compile(r"(?P<begin><!-- written by the code: (?P<name>\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def example_of(vendor: str) -> Example:
    """The vendor's example in the contract tests."""
    names = [path.stem for path in EXAMPLES.glob("*.py")]
    found = [importlib.import_module(f"tests.sources.contract.examples.{name}").EXAMPLE for name in names]
    return next(example for example in found if example.vendor == vendor)


def way_of(connector: Connector) -> str:
    """How a vendor's records come, in words."""
    words = {"pull": "pull", "webhook": "webhook `POST /in/NAME`"}
    ways = " and ".join(words[way] for way in ways_of(connector))
    return ways + (", ids only: the rest is pulled" if connector.complete is not None else "")


def mapped(connector: Connector) -> str:
    """Our fields that the vendor's example fills, and where labels of forms are looked up."""
    filled = example_of(connector.vendor).expected(1)
    fields = ", ".join(f"`{field}`" for field in ENQUIRY_FIELDS if field in filled)
    if "fields" not in connector.options.model_fields:
        return fields
    own = f", `{connector.vendor}.toml`" if (MAPS / f"{connector.vendor}.toml").is_file() else ""
    return f"{fields}; labels by `labels.toml`{own}"


def row(*cells: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def table_of(name: str) -> str:
    """One of the page's tables."""
    lines = {"ways": (("name", "vendor", "kind", "how it comes", "own keys"),),
             "tested": (("vendor", "what its example fills", "how it is tested", "never run against"),)}[name]  # fmt: skip
    text = row(*lines[0]) + row(*["---"] * len(lines[0]))
    for vendor, connector in sorted(CONNECTORS.items()):
        if name == "ways":
            keys = ", ".join(f"`{key}`" for key in connector.options.model_fields)
            text += row(connector.title, f"`{vendor}`", connector.kind, way_of(connector), keys)
        else:
            text += row(f"`{vendor}`", mapped(connector), connector.tested, connector.unseen)
    return text


def page_as_written(text: str) -> str:
    """The page with its tables as the code has them."""
    return TABLE.sub(lambda found: found["begin"] + table_of(found["name"]), text)


def test_the_tables_of_the_page_are_what_the_code_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [found["name"] for found in TABLE.finditer(text)] == ["ways", "tested"]
    assert text == page_as_written(text), "run python -m tests.test_sources_docs"


if __name__ == "__main__":
    PAGE.write_text(page_as_written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
