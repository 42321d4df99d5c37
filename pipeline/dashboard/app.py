"""The dashboard's pages. Served by `leadfold dashboard serve`, with the options of .streamlit/config.toml beside it."""

from pathlib import Path

import streamlit as st

from pipeline.dashboard import clients, costs, health, joins, junk, over_time, review
from pipeline.dashboard.door import come_in, page
from pipeline.dashboard.texts import t
from pipeline.errors import LeadfoldError

ICON = Path(__file__).with_name("leadfold.svg")
# Streamlit's own button in the corner of a table writes what strangers typed as it is, formulas too; ours are under the tables.
NO_OTHER_DOWNLOAD = (
    '<style>[data-testid="stElementToolbar"] button[aria-label="Download as CSV"] { display: none; }</style>'
)


def main() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="Leadfold", page_icon=str(ICON), layout="wide")
    st.html(NO_OTHER_DOWNLOAD)
    try:
        looking = come_in()
    except LeadfoldError as error:
        st.error(f"{error}", icon=":material/error:")
        st.stop()
    if looking is None:
        st.stop()
    pages = [
        st.Page(page(costs.show), title=t("page.costs"), icon=":material/payments:", default=True, url_path=""),
        st.Page(page(junk.show), title=t("page.junk"), icon=":material/delete_sweep:", url_path="junk"),
        st.Page(page(health.show), title=t("page.health"), icon=":material/monitor_heart:", url_path="health"),
    ]
    if looking.sees_people:
        people = st.Page(
            page(clients.show, people=True), title=t("page.clients"), icon=":material/group:", url_path="clients"
        )
        pages.insert(2, people)
    if looking.judges:
        doubts = st.Page(
            page(review.show, people=True), title=t("page.review"), icon=":material/rule:", url_path="review"
        )
        pages.insert(2, doubts)
    over = st.Page(
        page(over_time.show), title=t("page.over_time"), icon=":material/timeline:", url_path="clients-over-time"
    )
    pages.insert(-1, over)
    pages.insert(-1, st.Page(page(joins.show), title=t("page.joins"), icon=":material/link:", url_path="joins"))
    # The default page stands at the bare address only; whoever types /costs, as for the other pages, gets it too.
    by_name = st.Page(
        page(costs.show), title=t("page.costs"), icon=":material/payments:", url_path="costs", visibility="hidden"
    )
    st.navigation([*pages, by_name], position="top").run()


main()
