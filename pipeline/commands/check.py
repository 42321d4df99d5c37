"""The command `leadfold check`: is the configuration sound, and is every secret set that it needs."""

from pipeline.commands.console import Config, out


def check(config: Config = None) -> None:
    """Read the configuration and say what is wrong with it, secrets of what is enabled included; nothing is connected."""
    from pipeline.attribution.ad_pull import require_secrets
    from pipeline.attribution.campaign import NO_CAMPAIGNS
    from pipeline.attribution.tag import tag_context
    from pipeline.delivery.crm.configured import configured_crms
    from pipeline.reporting.mail import require_secret
    from pipeline.settings import Secrets, load_settings
    from pipeline.sources.configured import configured_sources

    settings = load_settings(config)
    sources = configured_sources(settings, Secrets())
    for source in sources:
        if source.settings.enabled:
            source.require_secrets()
    require_secrets(settings, Secrets())
    require_secret(settings.report, Secrets())
    tag_context(settings, NO_CAMPAIGNS)
    for crm in configured_crms(settings, Secrets()):
        if crm.settings.enabled:
            crm.require_secrets()
    histories = f"{len(settings.history)} history(ies), " if settings.history else ""
    out.print(
        f"the configuration is sound: {len(settings.source)} source(s), {histories}{len(settings.spend)} spend file(s), "
        f"{len(settings.line)} line(s)"
    )
