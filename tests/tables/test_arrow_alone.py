"""A command that reads a table starts without pandas, and everybody else keeps it."""

import subprocess
import sys
from pathlib import Path

from pipeline.tables.arrow_alone import use_arrow_alone

_MATCH = """
import sys
from pipeline.cli import main
sys.argv = ["leadfold", "match", {table!r}, "--model", "person", "--json"]
try:
    main()
except SystemExit as ended:
    assert not ended.code
import pyarrow
print("pandas" in sys.modules, pyarrow.default_memory_pool().backend_name, file=sys.stderr)
import pandas
"""


def test_a_match_from_the_shell_takes_system_memory_imports_no_pandas_and_forbids_it_to_nobody(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("id,name\n1,Anna Nowak\n2,Jan Lis\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", _MATCH.format(table=str(table))], capture_output=True, text=True, check=True
    )
    assert run.stderr.splitlines()[-1] == "False system"


def test_where_pandas_is_imported_already_nothing_changes() -> None:
    import pandas as pd
    import pyarrow

    use_arrow_alone()
    assert pyarrow.array(pd.Series([1, 2])).to_pylist() == [1, 2]
