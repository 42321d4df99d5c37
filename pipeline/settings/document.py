"""The whole file, as one frozen value."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError
from pipeline.settings.alert import AlertSettings
from pipeline.settings.attribution import AttributionSettings, ChannelSettings
from pipeline.settings.check import CheckSettings
from pipeline.settings.client import AccountsSettings, ClientsSettings, QualificationSettings
from pipeline.settings.company import CompanySettings, LineSettings
from pipeline.settings.crm import CrmSettings
from pipeline.settings.dashboard import DashboardSettings
from pipeline.settings.fold import FoldSettings
from pipeline.settings.junk import JunkSettings
from pipeline.settings.outcome import OutcomesSettings
from pipeline.settings.privacy import PrivacySettings
from pipeline.settings.receiver import ReceiverSettings, ReviewSettings
from pipeline.settings.report import ReportSettings
from pipeline.settings.source import HistorySettings, SourceSettings
from pipeline.settings.spend import FilesSettings, SpendSettings
from pipeline.settings.value import Section
from pipeline.settings.webhook import WebhookSettings


class Settings(Section):
    """leadfold.toml, checked."""

    company: CompanySettings = CompanySettings()
    source: tuple[SourceSettings, ...] = ()
    history: tuple[HistorySettings, ...] = ()
    line: tuple[LineSettings, ...] = ()
    crm: tuple[CrmSettings, ...] = ()
    webhook: tuple[WebhookSettings, ...] = ()
    spend: tuple[SpendSettings, ...] = ()
    files: FilesSettings = FilesSettings()
    channels: ChannelSettings = ChannelSettings()
    attribution: AttributionSettings = AttributionSettings()
    fold: FoldSettings = FoldSettings()
    qualification: QualificationSettings = QualificationSettings()
    accounts: AccountsSettings = AccountsSettings()
    clients: ClientsSettings = ClientsSettings()
    junk: JunkSettings = JunkSettings()
    receiver: ReceiverSettings = ReceiverSettings()
    dashboard: DashboardSettings = DashboardSettings()
    report: ReportSettings = ReportSettings()
    review: ReviewSettings = ReviewSettings()
    alerts: AlertSettings = AlertSettings()
    checks: CheckSettings = CheckSettings()
    outcomes: OutcomesSettings = OutcomesSettings()
    privacy: PrivacySettings = PrivacySettings()
    base: Path = Path()
    """Folder of the file: paths in it are relative to this."""

    @property
    def sources(self) -> Mapping[str, SourceSettings]:
        """Everything that lands records, by its place in the file: sources, and CRMs with their history."""
        return {f"source[{index}]": source for index, source in enumerate(self.source)} | {
            f"history[{index}]": history for index, history in enumerate(self.history)
        }

    def source_named(self, name: str) -> SourceSettings:
        """The configured source of this name."""
        for source in self.sources.values():
            if source.name == name:
                return source
        raise ConfigError(
            "source",
            f"no source is called `{name}`",
            f"choose one of {', '.join(source.name for source in self.sources.values())}",
        )

    def region_of(self, source: SourceSettings) -> str:
        """The country in which numbers of this source are to be read when they carry no code."""
        return source.region or self.company.region

    def timezone_of(self, source: SourceSettings) -> ZoneInfo:
        """The zone of this source's times that carry none."""
        return ZoneInfo(source.timezone or self.company.timezone)
