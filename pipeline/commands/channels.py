"""The command `leadfold channels`: the rules that say what brought a lead, and which of them fired."""

import typer

from pipeline.commands.console import Config, out

channels = typer.Typer(no_args_is_help=True, help="What brought leads: the rules, and which of them fired.")


@channels.command("explain")
def channels_explain(lead: str, config: Config = None) -> None:
    """Say why a lead has its channel and campaign: values as typed and cleaned, the rule that fired, the joins that were tried."""
    from pipeline.attribution.explain import explain_channel
    from pipeline.workspace import open_workspace

    for line in explain_channel(open_workspace(config), lead):
        out.print(line, markup=False)


@channels.command("rules")
def channels_rules(config: Config = None) -> None:
    """List the rules in their order, the company's own among them; no database needed."""
    from pipeline.attribution.tag import table_of
    from pipeline.settings import load_settings

    for rule in table_of(load_settings(config)).rules:
        out.print(f"{rule.number:>3}  {rule.name:<24} {rule.text}", markup=False)
