"""The table of CRMs that clients can be sent to: one line per vendor."""

from collections.abc import Mapping
from types import MappingProxyType

from pipeline.delivery.crm import bitrix24, creatio, espocrm, file_exchange, hubspot, kommo, salesforce, tryton
from pipeline.delivery.crm.connector import CrmConnector

_CONNECTORS: tuple[CrmConnector, ...] = (
    bitrix24.CONNECTOR,
    kommo.CONNECTOR,
    hubspot.CONNECTOR,
    salesforce.CONNECTOR,
    creatio.CONNECTOR,
    espocrm.CONNECTOR,
    tryton.CONNECTOR,
    *file_exchange.CONNECTORS,
)

CRM_CONNECTORS: Mapping[str, CrmConnector] = MappingProxyType({each.vendor: each for each in _CONNECTORS})
