"""Values of the command line that are taken as they are written: texts, paths that nothing is asked of, and defaults.

Typer gives every value to pydantic, whose import takes longer than ten thousand rows take to be matched.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.models import OptionInfo

_ASKED_OF_VALUES = (
    "parser", "click_type", "exists", "file_okay", "dir_okay", "writable", "readable", "resolve_path", "allow_dash", "path_type",
)  # fmt: skip
_NOTHING_ASKED = OptionInfo()
_NAME = "get_runtime_param"
"""By this name typer asks a parameter for what reads its values; where it came to use another one, it would read all of them as before."""


class CommandAsWritten(TyperCommand):
    """A command that leaves to typer and pydantic what has to be read or checked: numbers that are given, choices, paths that must exist."""

    def get_params(self, ctx: Any) -> Any:
        return _as_written(super().get_params(ctx))


class GroupAsWritten(TyperGroup):
    """The same for the options of a group, of which --help is one."""

    def get_params(self, ctx: Any) -> Any:
        return _as_written(super().get_params(ctx))


def _as_written(parameters: Sequence[Any]) -> Sequence[Any]:
    for parameter in parameters:
        described = getattr(parameter, "type_descriptor", None)
        known = vars(parameter)
        if described is not None and _NAME not in known and _nothing_is_asked(described.parameter_info):
            known[_NAME] = _reader_of(parameter, described.annotation)
    return parameters


def _nothing_is_asked(info: Any) -> bool:
    return all(getattr(info, name, None) == getattr(_NOTHING_ASKED, name, None) for name in _ASKED_OF_VALUES)


def _reader_of(parameter: Any, kind: Any) -> Callable[[], "_Reader"]:
    reader = _Reader(kind, parameter.get_runtime_param)
    return lambda: reader


class _Reader:
    """Reads the values of one parameter. kind: its annotation; typers_own: gives typer's reader, for what is not taken as it is written."""

    def __init__(self, kind: Any, typers_own: Callable[[], Any]) -> None:
        self._kind = kind
        self._typers_own = typers_own

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        if self._kind == list[str] and isinstance(value, tuple | list) and all(map(_is_text, value)):
            return list(value)
        if self._kind is str and _is_text(value):
            return value
        if self._kind is Path and _is_text(value) and (os.access(value, os.R_OK) or not Path(value).exists()):
            return Path(value)
        if self._kind in (int, float) and type(value) is self._kind:
            return value  # a default
        return self._typers_own().coerce(value, param=param, ctx=ctx)


def _is_text(value: Any) -> bool:
    """Whether this is text, without bytes that the shell gave and that are none."""
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)
