"""The dashboard: `streamlit run` starts this file; command.py says with which options."""

import streamlit as st

from pipeline.dashboard import costs, health, junk
from pipeline.dashboard.door import page


def main() -> None:
    """Draws the page that the address names."""
    st.set_page_config(page_title="Leadfold", page_icon=":material/filter_alt:", layout="wide")
    st.navigation(
        [
            st.Page(page(costs.show), title="Costs", icon=":material/payments:", url_path="costs", default=True),
            st.Page(page(junk.show), title="Junk", icon=":material/delete_sweep:", url_path="junk"),
            st.Page(page(health.show), title="Health", icon=":material/monitor_heart:", url_path="health"),
        ],
        position="top",
    ).run()


main()
