"""pyarrow without pandas: at its first use it looks for pandas, and imports it where it is installed, in case a frame is among the
values. A command that reads files itself, or a fold of the warehouse, never holds one, and would wait a quarter of a second for nothing."""

import importlib.abc
import sys


class _NoPandas(importlib.abc.MetaPathFinder):
    """Answers that pandas is not installed."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Raises ModuleNotFoundError for pandas, leaves all else to others."""
        del path, target
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def use_arrow_alone() -> None:
    """Lets pyarrow look for pandas now and find none, for the rest of the process; whoever else imports pandas still can."""
    import pyarrow

    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pyarrow.array([""])
    finally:
        sys.meta_path.remove(finder)
