"""Reads the file. Unknown keys, wrong values and bad regions are one-line ConfigErrors that name the key."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ValidationError
from rapidfuzz import process

from pipeline.errors import ConfigError
from pipeline.settings.document import Settings
from pipeline.settings.environment import chosen_config, told_dashboard_url


def config_error(error: ValidationError, prefix: str, known: tuple[str, ...] = ()) -> ConfigError:
    """The first problem of a failed validation as one line that names the key."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = prefix
    for part in first["loc"]:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    if first["type"] == "extra_forbidden":
        near = process.extractOne(str(first["loc"][-1]), known, score_cutoff=60) if known else None
        remedy = f"did you mean `{near[0]}`?" if near else "remove it or correct its spelling"
        return ConfigError(place, "unknown key", remedy)
    if first["type"] == "missing":
        return ConfigError(place, "is missing", "add it; leadfold.example.toml shows how")
    return ConfigError(place, first["msg"].removeprefix("Value error, "), "correct the value")


def _all_keys(model: type[BaseModel]) -> tuple[str, ...]:
    keys: list[str] = []
    for name, info in model.model_fields.items():
        keys.append(name)
        for candidate in (info.annotation, *getattr(info.annotation, "__args__", ())):
            if isinstance(candidate, type) and issubclass(candidate, BaseModel):
                keys.extend(_all_keys(candidate))
    return tuple(keys)


def parse_settings(text: str, base: Path = Path(), place: str = "leadfold.toml") -> Settings:
    """Settings from the text of a configuration file. Raises ConfigError."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(place, f"is not valid TOML ({error})", "correct the line named") from error
    if "base" in document:
        raise ConfigError("base", "unknown key", "remove it")
    try:
        settings = Settings.model_validate(document | {"base": base})
    except ValidationError as error:
        raise config_error(error, "", _all_keys(Settings)) from error
    names: set[str] = set()
    for where, source in settings.sources.items():
        if source.name in names:
            raise ConfigError(f"{where}.name", f"`{source.name}` is used twice", "give every source its own name")
        names.add(source.name)
    readers = [hook.name for hook in settings.webhook] + [crm.name for crm in settings.crm]
    for index, hook in enumerate(settings.webhook):
        if readers.count(hook.name) > 1:
            raise ConfigError(
                f"webhook[{index}].name", f"`{hook.name}` is used twice", "give every webhook and crm its own name"
            )
    if settings.files.deals and any(history.options.get("deals", True) for history in settings.history):
        raise ConfigError(
            "files.deals", "the history of a CRM tells deals too, and they would count twice",
            "remove it, or write deals = false in every [[history]]",
        )  # fmt: skip
    return settings


def load_settings(path: Path | None = None) -> Settings:
    """Settings from a file: `path`, else $LEADFOLD_CONFIG, else leadfold.toml here. Raises ConfigError."""
    chosen = chosen_config(path)
    try:
        text = chosen.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            str(chosen), "there is no such file", "copy leadfold.example.toml and edit it, or name a file with --config"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(chosen), "cannot be read as UTF-8 text", "save it as UTF-8") from error
    return parse_settings(text, chosen.resolve().parent, str(chosen))


def dashboard_url() -> str:
    """Where people open the dashboard: $LEADFOLD_DASHBOARD_URL, else the address at the sign-in's provider, else host and port."""
    told = told_dashboard_url()
    if told:
        return told
    dashboard = load_settings().dashboard
    return dashboard.oidc.address if dashboard.oidc is not None else f"http://{dashboard.host}:{dashboard.port}"
