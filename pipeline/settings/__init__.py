"""The one typed reader of leadfold.toml and of the environment.

A file per subject; `document` puts them together, `reading` reads them. Secrets are never in the file: the file names them,
`Secrets` looks them up.
"""

from pipeline.settings.alert import AlertSettings
from pipeline.settings.attribution import AttributionSettings, ChannelSettings
from pipeline.settings.check import CheckSettings
from pipeline.settings.client import AccountsSettings, CircleSettings, ClientsSettings, QualificationSettings
from pipeline.settings.company import CompanySettings, LineSettings
from pipeline.settings.crm import CrmSettings
from pipeline.settings.dashboard import DashboardRole, DashboardSettings, DashboardUserSettings, OidcSettings
from pipeline.settings.document import Settings
from pipeline.settings.environment import (
    Secrets,
    airflow_database_url,
    chosen_config,
    database_url,
    process_environment,
    state_folder,
    use_config,
)
from pipeline.settings.fold import FoldSettings
from pipeline.settings.junk import JunkSettings
from pipeline.settings.outcome import OutcomesSettings
from pipeline.settings.privacy import PrivacySettings, RetentionSettings
from pipeline.settings.reading import config_error, dashboard_url, load_settings, parse_settings
from pipeline.settings.receiver import ReceiverSettings, ReviewSettings
from pipeline.settings.report import Mailbox, ReportSettings
from pipeline.settings.source import HistorySettings, SourceSettings
from pipeline.settings.spend import FilesSettings, SpendSettings
from pipeline.settings.value import Currency, Percent, Region, Section, Share, Timezone, known_region
from pipeline.settings.webhook import EventKind, WebhookSettings

__all__ = [
    "AccountsSettings",
    "AlertSettings",
    "AttributionSettings",
    "ChannelSettings",
    "CheckSettings",
    "CircleSettings",
    "ClientsSettings",
    "CompanySettings",
    "CrmSettings",
    "Currency",
    "DashboardRole",
    "DashboardSettings",
    "DashboardUserSettings",
    "EventKind",
    "FilesSettings",
    "FoldSettings",
    "HistorySettings",
    "JunkSettings",
    "LineSettings",
    "Mailbox",
    "OidcSettings",
    "OutcomesSettings",
    "Percent",
    "PrivacySettings",
    "QualificationSettings",
    "ReceiverSettings",
    "Region",
    "ReportSettings",
    "RetentionSettings",
    "ReviewSettings",
    "Secrets",
    "Section",
    "Settings",
    "Share",
    "SourceSettings",
    "SpendSettings",
    "Timezone",
    "WebhookSettings",
    "airflow_database_url",
    "chosen_config",
    "config_error",
    "dashboard_url",
    "database_url",
    "known_region",
    "load_settings",
    "parse_settings",
    "process_environment",
    "state_folder",
    "use_config",
]
