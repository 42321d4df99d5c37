"""The door of each page: who looks, in which language, over which warehouse, and one sentence where something fails.

Use, in app.py: `st.Page(page(joins.show), …)`, or `page(clients.show, people=True)` for a page that shows people's data: who may
not see it is told so, and `show` is not called. A page is `def show(warehouse: Warehouse) -> None`; it begins with
`heading(t("joins.title"))`, asks `viewer()` who looks (see viewer.py), and says `show_hint()` while there are no numbers.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps

import streamlit as st

from pipeline.dashboard import address
from pipeline.dashboard.gate import Gate, dashboard_settings, open_gate, require_safe
from pipeline.dashboard.language import DEFAULT, LANGUAGES, Language, accepted_language, known_language, language, use
from pipeline.dashboard.sign_in import COOKIE, user_of_cookie, viewer_of_claims
from pipeline.dashboard.sign_in_page import LANGUAGE_COOKIE, SIGN_IN, SIGN_OUT
from pipeline.dashboard.texts import t
from pipeline.dashboard.viewer import Viewer, ViewerRole
from pipeline.errors import LeadfoldError, StopError
from pipeline.settings import Secrets, database_url, state_folder
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Warehouse

_VIEWER, _LANGUAGE = "door.viewer", "lang"
_installed: list[Gate] = []


class NoWarehouseError(StopError):
    """No database was named and no embedded server is running."""

    def __init__(self) -> None:
        super().__init__(
            "the warehouse is not running; start it with `leadfold db up`, or set DATABASE_URL to a database of yours"
        )


def install(gate: Gate) -> None:
    """Makes a gate that of this process."""
    _installed[:] = [gate]


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


def viewer() -> Viewer:
    """Who looks at the page that is being drawn."""
    found: Viewer = st.session_state[_VIEWER]
    return found


def come_in() -> Viewer | None:
    """Finds out the language and who looks; None for somebody who has to sign in, and is told how. Raises ConfigError."""
    use(_choose_language())
    gate = _gate()
    found = _viewer_at(gate)
    if found is None:
        st.session_state.pop(_VIEWER, None)
        _show_sign_in(gate)
    else:
        st.session_state[_VIEWER] = found
    return found


def page(show: Callable[[Warehouse], None], *, people: bool = False) -> Callable[[], None]:
    """A page over the warehouse; what it cannot do is one sentence for the reader instead of a traceback.

    people: whether it shows people's data, which not every role may see.
    """

    @wraps(show)
    def shown() -> None:
        try:
            looking = come_in()
            if looking is None:
                return
            address.show_notice()
            if people and not looking.sees_people:
                st.info(t("page.not_yours", role=role_name(looking.role)), icon=":material/visibility_off:")
                return
            show(open_warehouse())
            address.show_notice()
        except LeadfoldError as error:
            st.error(f"{error}", icon=":material/error:")

    return shown


def heading(title: str) -> None:
    """The title of a page, with the language and who is signed in beside it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="stretch")
        looking = st.session_state.get(_VIEWER)
        _language_menu()
        if looking is not None and looking.name:
            _viewer_menu(looking)


def show_hint() -> None:
    """What to do while there are no numbers."""
    with st.container(border=True):
        st.subheader(t("page.no_numbers_title"), anchor=False)
        st.markdown(t("page.no_numbers"))


def _gate() -> Gate:
    if _installed:
        return _installed[0]
    settings = dashboard_settings()
    if st.context.headers.to_dict():
        # Somebody ran this page by hand: nothing has looked yet at where it listens. Only a real connection has headers.
        require_safe(settings, st.get_option("server.address") or "0.0.0.0")  # noqa: S104 - compared, not bound
    return open_gate(settings, Secrets())


def _viewer_at(gate: Gate) -> Viewer | None:
    settings, now = gate.settings, datetime.now(UTC)
    if settings.oidc is not None:
        if not st.user.is_logged_in:
            return None
        return viewer_of_claims(
            st.user.to_dict(), {str(role): who for role, who in settings.roles.items()}, settings.oidc.groups_claim, now
        )
    if gate.users:
        cookie = st.context.cookies.to_dict().get(COOKIE)
        user = user_of_cookie(cookie, gate.users, gate.key, now)
        return Viewer(user.name, user.role) if user is not None and cookie not in gate.signed_out else None
    return Viewer("", ViewerRole(settings.role))


def _show_sign_in(gate: Gate) -> None:
    if gate.settings.oidc is None:
        st.warning(t("sign_in.needed"), icon=":material/lock:")
        # A plain link: a page of the web server, not of Streamlit.
        st.html(f'<a href="{SIGN_IN}" target="_self">{t("sign_in.button")}</a>')
        return
    if st.user.is_logged_in:
        name = str(st.user.get("email") or st.user.get("sub") or "")
        st.warning(t("sign_in.no_role", name=f"`{name.replace('`', '')}`"), icon=":material/lock:")
        st.button(t("page.sign_out"), on_click=st.logout)
        return
    st.title("Leadfold", anchor=False)
    st.markdown(t("sign_in.title"))
    st.button(t("sign_in.provider"), on_click=st.login, type="primary", icon=":material/login:")


def _choose_language() -> Language:
    """By the address, by what was chosen before, by the browser."""
    chosen = known_language(st.query_params.get(_LANGUAGE)) or known_language(st.session_state.get("door.language"))
    if chosen is None:
        chosen = known_language(st.context.cookies.to_dict().get(LANGUAGE_COOKIE)) or accepted_language(
            st.context.headers.to_dict().get("Accept-Language")
        )
        return chosen or DEFAULT
    st.session_state["door.language"] = chosen
    if st.query_params.get(_LANGUAGE) != chosen:
        # Switching pages empties the address.
        st.query_params[_LANGUAGE] = chosen
    return chosen


def _language_menu() -> None:
    def changed() -> None:
        chosen = st.session_state["door.language_menu"]
        st.session_state["door.language"] = chosen
        st.query_params[_LANGUAGE] = chosen

    st.session_state["door.language_menu"] = language()
    st.selectbox(
        t("page.language"), list(LANGUAGES), format_func=lambda code: LANGUAGES[code], label_visibility="collapsed",
        key="door.language_menu", on_change=changed, width=130,
    )  # fmt: skip


def _viewer_menu(looking: Viewer) -> None:
    with st.popover(looking.name, icon=":material/account_circle:"):
        st.caption(t("page.signed_in", name=looking.name, role=role_name(looking.role)))
        if _gate().settings.oidc is not None:
            st.button(t("page.sign_out"), on_click=st.logout)
        else:
            st.html(f'<a href="{SIGN_OUT}" target="_self">{t("page.sign_out")}</a>')


def role_name(role: ViewerRole) -> str:
    """What a role is called."""
    names = {
        ViewerRole.ADMIN: t("page.role_admin"), ViewerRole.OPERATIONS: t("page.role_operations"),
        ViewerRole.REVIEWER: t("page.role_reviewer"), ViewerRole.MARKETING: t("page.role_marketing"),
    }  # fmt: skip
    return names[role]
