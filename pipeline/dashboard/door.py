"""How the pages reach the warehouse, and what they say when they cannot."""

from collections.abc import Callable
from functools import wraps

import streamlit as st

from pipeline.errors import LeadfoldError, StopError
from pipeline.settings import database_url, state_folder
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse


class NoWarehouseError(StopError):
    """No database was named and no embedded server is running."""

    def __init__(self) -> None:
        super().__init__(
            "the warehouse is not running; start it with `leadfold db up`, or set DATABASE_URL to a database of yours"
        )


@st.cache_resource(show_spinner=False)
def _warehouse_at(url: str) -> Warehouse:
    return Warehouse.at(url)


def open_warehouse() -> Warehouse:
    """The warehouse of DATABASE_URL, else of the embedded server that runs. Raises NoWarehouseError."""
    url = database_url()
    if url is None:
        server = embedded.running(state_folder() / "pg")
        if server is None:
            raise NoWarehouseError
        url = server.url()
    return _warehouse_at(url)


def page(show: Callable[[Warehouse], None]) -> Callable[[], None]:
    """A page over the warehouse; what it cannot do is one sentence for the reader instead of a traceback."""

    @wraps(show)
    def shown() -> None:
        try:
            show(open_warehouse())
        except LeadfoldError as error:
            st.error(f"{error}", icon=":material/error:")

    return shown


def show_hint() -> None:
    """What to do while there are no numbers."""
    with st.container(border=True):
        st.subheader("No numbers yet")
        st.markdown(
            "The warehouse is there, but no lead and no spend has reached the marts.\n\n"
            "- **To look around:** `make demo` fills it with a demo company.\n"
            "- **With your own sources:** describe them in `leadfold.toml`, then `leadfold run` pulls, folds and counts.\n"
            "- **If a run is going on:** this page fills when its step *build marts* is done; "
            "the page *Health* shows how far it is."
        )
