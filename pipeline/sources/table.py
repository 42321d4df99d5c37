"""The table of connectors: one line per vendor."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.sources import asterisk_file, asterisk_table, form, imap, telegram, tilda, typeform
from pipeline.sources.connector import Connector

CONNECTORS: Mapping[str, Connector] = MappingProxyType(
    {
        connector.vendor: connector
        for connector in (
            tilda.CONNECTOR,
            form.CONNECTOR,
            typeform.CONNECTOR,
            imap.CONNECTOR,
            telegram.CONNECTOR,
            asterisk_file.CONNECTOR,
            asterisk_table.CONNECTOR,
        )
    }
)
