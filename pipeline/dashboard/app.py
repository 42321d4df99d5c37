"""The dashboard: `streamlit run` on this file, with the options of .streamlit/config.toml beside it."""

from pathlib import Path

import streamlit as st

from pipeline.dashboard import clients, costs, health, junk
from pipeline.dashboard.door import page

ICON = Path(__file__).with_name("leadfold.svg")


def main() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="Leadfold", page_icon=str(ICON), layout="wide")
    st.navigation(
        [
            st.Page(page(costs.show), title="Costs", icon=":material/payments:", url_path="costs", default=True),
            st.Page(page(junk.show), title="Junk", icon=":material/delete_sweep:", url_path="junk"),
            st.Page(page(clients.show), title="Clients", icon=":material/group:", url_path="clients"),
            st.Page(page(health.show), title="Health", icon=":material/monitor_heart:", url_path="health"),
        ],
        position="top",
    ).run()


main()
