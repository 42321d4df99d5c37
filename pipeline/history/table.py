"""The table of CRMs whose history can be read: one line per vendor."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.history import bitrix24, commerceml, export, hubspot, kommo
from pipeline.history.known import HistoryReader
from pipeline.sources.connector import Connector

_VENDORS: tuple[tuple[Connector, HistoryReader], ...] = (
    (bitrix24.CONNECTOR, bitrix24.READER),
    (kommo.CONNECTOR, kommo.READER),
    (hubspot.CONNECTOR, hubspot.READER),
    (commerceml.CONNECTOR, commerceml.READER),
    *((connector, export.READER) for connector in export.CONNECTORS),
)

HISTORY_CONNECTORS: Mapping[str, Connector] = MappingProxyType({each.vendor: each for each, _ in _VENDORS})
HISTORY_READERS: Mapping[str, HistoryReader] = MappingProxyType({each.vendor: reader for each, reader in _VENDORS})
"""How deals are read from records that have landed, by vendor."""
