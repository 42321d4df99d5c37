"""What `leadfold joins` prints: spend and leads that do not meet, the likeliest mistyped names, the aliases accepted."""

from rich import box
from rich.console import Console
from rich.table import Table

from pipeline.attribution.join_book import Joins

_MOST_ROWS = 40


def print_joins(joins: Joins, out: Console) -> None:
    """Tables, each with its count in the title; empty ones are a line."""
    likely = _table(
        f"Likely mistyped: {len(joins.likely)}",
        "platform",
        "leads say",
        "leads",
        "spend says",
        "likeness",
        "accept with",
    )
    for join in joins.likely:
        option = f" --platform {join.leads.platform}" if join.leads.platform else ""
        accept = f"leadfold joins accept {_quoted(join.leads.campaign)} {_quoted(join.spend.campaign_id or join.spend.campaign)}{option} --by YOU"
        likely.add_row(
            join.leads.platform or join.leads.channel, join.leads.campaign, f"{join.leads.count:,}", join.spend.campaign,
            f"{join.score:.0f} %", accept,
        )  # fmt: skip
    leads = _table(
        f"Leads whose campaign no spend knows: {len(joins.leads)}", "platform", "channel", "campaign", "leads", "days"
    )
    for line in joins.leads[:_MOST_ROWS]:
        leads.add_row(
            line.platform or "—", line.channel, line.campaign, f"{line.count:,}", f"{line.first_day} to {line.last_day}"
        )
    spend = _table(f"Spend that no lead names: {len(joins.spend)}", "platform", "channel", "campaign", "spend", "days")
    for line in joins.spend[:_MOST_ROWS]:
        spend.add_row(
            line.platform,
            line.channel,
            line.campaign or "—",
            f"{line.spend:,.2f}",
            f"{line.first_day} to {line.last_day}",
        )
    aliases = _table(
        f"Accepted: {len(joins.aliases)}", "id", "leads say", "platform", "spend says", "by", "since (UTC)", "why"
    )
    for alias in joins.aliases:
        aliases.add_row(
            str(alias.alias_id), alias.given, alias.platform or "—", alias.campaign, alias.accepted_by,
            f"{alias.accepted_at:%Y-%m-%d %H:%M}", alias.reason,
        )  # fmt: skip
    for table in (likely, leads, spend, aliases):
        if table.row_count:
            out.print(table)
        else:
            out.print(f"{table.title}", markup=False)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
