"""What `leadfold report` is asked for, and does: prints the report, writes it to a file, or sends it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from pipeline.errors import ConfigError, InputFileError
from pipeline.reporting.figures import Language, language_of
from pipeline.reporting.forms import file_name, form_of
from pipeline.reporting.report import Report, Wanted, read_report
from pipeline.reporting.sending import STEP, as_configured, days_before, mail_report
from pipeline.reporting.terminal import print_report
from pipeline.warehouse.runs import recorded

if TYPE_CHECKING:
    from pipeline.workspace import Workspace

TEXT = "text"
_BY_SUFFIX = {".html": "html", ".htm": "html", ".xlsx": "xlsx", ".zip": "csv", ".csv": "csv"}
_WIDTH_OF_A_FILE = 120


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The options of the command; '' and None: as configured. first, last: ISO dates."""

    first: str = ""
    last: str = ""
    days: int | None = None
    format: str = ""
    out: Path | None = None
    language: str = ""
    model: str = ""
    currency: str = ""
    site: str | None = None
    as_of: str = ""
    send: bool = False


def run_report(request: ReportRequest, config: Path | None, out: Console) -> None:
    """Makes the report that was asked for."""
    from pipeline.workspace import open_workspace

    workspace = open_workspace(config)
    language = language_of("--language", request.language or workspace.settings.report.language)
    if request.send:
        _send(workspace, request, language, out)
    elif _kind(request) == TEXT and request.out is None:
        print_report(_report(workspace, request), out, language)
    else:
        out.print(f"report written: {_write(workspace, request, language)}", markup=False)


def _report(workspace: "Workspace", request: ReportRequest) -> Report:
    return read_report(workspace.warehouse, workspace.settings.company.name, _wanted(workspace, request))


def _wanted(workspace: "Workspace", request: ReportRequest) -> Wanted:
    first, last = _day("--from", request.first), _day("--to", request.last)
    as_of = _day("--as-of", request.as_of)
    wanted = Wanted(first, last, request.days, request.site, request.model, request.currency or None, as_of)
    return as_configured(workspace.settings.report, wanted)


def _send(workspace: "Workspace", request: ReportRequest, language: Language, out: Console) -> None:
    if request.out is not None:
        raise ConfigError("--out", "it stands beside --send", "give one of the two")
    wanted = _wanted(workspace, request)
    if not (request.first or request.last or request.days):
        usual = days_before(workspace.settings, workspace.now())
        wanted = replace(wanted, last_day=usual.last_day, days=usual.days)
    form = request.format or workspace.settings.report.format
    form_of("--format", form)
    with recorded(workspace.warehouse, STEP, workspace.now) as counts:
        counts.update(mail_report(workspace.warehouse, workspace.settings, workspace.secrets, wanted, workspace.now(),
                                  {"language": language, "format": form}))  # fmt: skip
    out.print(f"report sent to {counts['recipients']} recipient(s), {counts['bytes']:,} bytes")


def _write(workspace: "Workspace", request: ReportRequest, language: Language) -> Path:
    kind = _kind(request)
    form = None if kind == TEXT else form_of("--format", kind)
    if request.out is not None and not request.out.parent.is_dir():
        raise InputFileError(str(request.out), "its folder does not exist", "make it, or name another file with --out")
    report = _report(workspace, request)
    if form is None:
        path = request.out or Path("leadfold-report.txt")
        with path.open("w", encoding="utf-8") as file:
            print_report(report, Console(file=file, width=_WIDTH_OF_A_FILE, highlight=False), language)
        return path
    path = request.out or Path(file_name(report, form))
    path.write_bytes(form.make(report, language))
    return path


def _kind(request: ReportRequest) -> str:
    """The form asked for: by --format, else by the name of the file, else text."""
    if request.format or request.out is None:
        return request.format or TEXT
    return _BY_SUFFIX.get(request.out.suffix.lower(), TEXT)


def _day(option: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise ConfigError(option, f"`{text}` is not a day", "write it as 2026-08-31") from error
