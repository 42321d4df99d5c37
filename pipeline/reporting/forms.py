"""The forms of a report as a file: what each is called and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import ConfigError
from pipeline.reporting.archive import archive
from pipeline.reporting.figures import Language
from pipeline.reporting.page import page
from pipeline.reporting.report import Report
from pipeline.reporting.workbook import workbook


@dataclass(frozen=True, slots=True)
class Form:
    """suffix: of the file's name; media_type: as mail programs know it; make: the file's bytes."""

    suffix: str
    media_type: str
    make: Callable[[Report, Language], bytes]


FORMS: dict[str, Form] = {
    "html": Form("html", "text/html", lambda report, language: page(report, language).encode("utf-8")),
    "xlsx": Form("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook),
    "csv": Form("csv.zip", "application/zip", lambda report, _: archive(report)),
}


def form_of(place: str, name: str) -> Form:
    """The form of this name. Raises ConfigError."""
    if name not in FORMS:
        raise ConfigError(place, f"`{name}` is not a form of the report", f"choose one of text, {', '.join(FORMS)}")
    return FORMS[name]


def file_name(report: Report, form: Form) -> str:
    """`leadfold-2026-08-01-2026-08-28.html`."""
    return f"leadfold-{report.filters.first_day}-{report.filters.last_day}.{form.suffix}"
