"""The CRMs of a configuration, each with its connector, its checked options, fields, rules and stages."""

from collections.abc import Collection, Mapping

from pydantic import ValidationError
from rapidfuzz import process

from pipeline.delivery.crm.client_field import FIELDS, STAGES
from pipeline.delivery.crm.connector import ConfiguredCrm, CrmConnector, Entity, Target
from pipeline.delivery.crm.table import CRM_CONNECTORS
from pipeline.errors import ConfigError
from pipeline.settings import CrmSettings, Secrets, Settings, config_error


def configured_crms(settings: Settings, secrets: Secrets) -> tuple[ConfiguredCrm, ...]:
    """Every CRM of the configuration in the file's order, disabled ones included; no secret is looked up. Raises ConfigError."""
    names: set[str] = set()
    found = []
    for index, own in enumerate(settings.crm):
        place = f"crm[{index}]"
        if own.name in names:
            raise ConfigError(f"{place}.name", f"`{own.name}` is used twice", "give every CRM its own name")
        names.add(own.name)
        found.append(_configured(settings, own, place, secrets))
    return tuple(found)


def crm_named(settings: Settings, name: str, secrets: Secrets) -> ConfiguredCrm:
    """The configured CRM of this name. Raises ConfigError."""
    crms = configured_crms(settings, secrets)
    found = next((crm for crm in crms if crm.name == name), None)
    if found is None:
        remedy = (
            f"choose one of {', '.join(crm.name for crm in crms)}" if crms else "add a [[crm]] to the configuration"
        )
        raise ConfigError("crm", f"no CRM is called `{name}`", remedy)
    return found


def _configured(settings: Settings, own: CrmSettings, place: str, secrets: Secrets) -> ConfiguredCrm:
    connector = CRM_CONNECTORS.get(own.vendor)
    if connector is None:
        raise ConfigError(
            f"{place}.vendor", f"`{own.vendor}` is not a CRM we know", f"use one of {', '.join(sorted(CRM_CONNECTORS))}"
        )
    try:
        options = connector.options.model_validate(dict(own.options))
    except ValidationError as error:
        known = (*connector.options.model_fields, *CrmSettings.model_fields)
        raise config_error(error, place, known) from error
    entity_name = own.entity or next(iter(connector.entities))
    entity = connector.entities.get(entity_name)
    if entity is None:
        raise ConfigError(
            f"{place}.entity", f"`{entity_name}` is not an entity of {connector.title}", f"use one of {', '.join(connector.entities)}"
        )  # fmt: skip
    if own.history and own.history not in {history.name for history in settings.history}:
        raise ConfigError(f"{place}.history", f"no [[history]] is called `{own.history}`", "name one, or leave it out")
    _check_names(f"{place}.fields", own.fields, FIELDS)
    _check_names(f"{place}.rules", own.rules, FIELDS)
    _check_names(f"{place}.stages", own.stages, STAGES)
    _check_ways(own, connector, place)
    own_id = getattr(options, "own_id", "") or connector.own_id
    fields = {ours: theirs for ours, theirs in {**entity.fields, **own.fields}.items() if theirs}
    return ConfiguredCrm(
        settings=own,
        connector=connector,
        options=options,
        target=Target(
            entity=entity_name, fields=fields, lists=_lists(connector, entity, fields, options), own_id=own_id
        ),
        rules={name: own.rules.get(name, FIELDS[name].rule) for name in fields},
        stages={**entity.stages, **own.stages},
        secrets=secrets,
        place=place,
        base=settings.base,
    )


def _lists(connector: CrmConnector, entity: Entity, fields: Mapping[str, str], options: object) -> frozenset[str]:
    """Fields that keep several values: the vendor's own, those that an option names, and a column of a file by whatever name."""
    columns = () if connector.reads else (fields[name] for name in ("phones", "emails", "handles") if name in fields)
    return entity.lists | frozenset(getattr(options, "lists", ())) | frozenset(columns)


def _check_names(place: str, given: Mapping[str, str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            near = process.extractOne(name, tuple(known), score_cutoff=60)
            remedy = f"did you mean `{near[0]}`?" if near else f"allowed are {', '.join(known)}"
            raise ConfigError(f"{place}.{name}", "is not a name of ours", remedy)


def _check_ways(own: CrmSettings, connector: CrmConnector, place: str) -> None:
    if own.merge == "merge" and "merge" in own.model_fields_set and not connector.merges:
        raise ConfigError(
            f"{place}.merge", f"{connector.title} cannot merge records by its API", 'write merge = "mark"'
        )
    if own.erase == "delete" and "erase" in own.model_fields_set and not connector.deletes:
        raise ConfigError(
            f"{place}.erase", f"{connector.title} cannot delete records by its API", 'write erase = "blank"'
        )
