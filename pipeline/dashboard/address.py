"""What the reader chose, kept in the address of the page: a view can be sent, and opens as it was.

Use, before the widget and after it:

    site = address.start("site", parse=address.one_of(choices.sites), default="")
    chosen = st.selectbox(t("…"), options, key="site")
    address.keep("site", chosen, default="")

`start` puts what the address says into the session under the widget's key; where it says nothing, what the reader chose
before on another page, else the default. A value that `parse` does not know (None) falls back to the default and is told by
`show_notice()`, which the door calls above each page. `keep` writes the choice back; a choice that is the default is left
out, unless `always`. Values are stable codes, never words of a language. No data of people goes into an address.
"""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

import streamlit as st

from pipeline.dashboard.texts import t

T = TypeVar("T")
C = TypeVar("C", bound=str)

_KEPT, _WRITTEN, _REFUSED = "address.kept", "address.written", "address.refused"
_LONGEST_SHOWN = 40


def one_of(options: Collection[C]) -> Callable[[str], C | None]:
    """A parser that knows these codes."""
    return {str(option): option for option in options}.get


def start(key: str, parse: Callable[[str], T | None], default: T) -> T:
    """The value to begin with; the widget of the same key shows it."""
    said = st.query_params.get(key)
    kept, written = _session(_KEPT), _session(_WRITTEN)
    if said is not None and said != written.get(key):
        # Somebody opened or changed the address: it wins over what the session holds.
        value = parse(said)
        if value is None:
            _session(_REFUSED)[key] = said
            value = default
        st.session_state[key] = value
    elif key in st.session_state:
        # Set anew, or Streamlit forgets it when the words around the widget change with the language.
        st.session_state[key] = st.session_state[key]
    else:
        held = parse(kept[key]) if key in kept else None
        st.session_state[key] = default if held is None else held
    return st.session_state[key]  # type: ignore[no-any-return]  # what was put there


def keep(
    key: str, value: T, default: T | None = None, *, write: Callable[[T], str] = str, always: bool = False
) -> None:
    """Writes a choice into the address; none, and the default unless `always`, is left out."""
    text = None if value is None else write(value)
    hidden = text is None or (not always and value == default)
    if text is None:
        _session(_KEPT).pop(key, None)
    else:
        _session(_KEPT)[key] = text
    if hidden:
        _session(_WRITTEN).pop(key, None)
        if key in st.query_params:
            del st.query_params[key]
        return
    _session(_WRITTEN)[key] = text
    if st.query_params.get(key) != text:
        st.query_params[key] = text  # type: ignore[assignment]  # no text is hidden


def forget(*keys: str) -> None:
    """Takes choices out of the address and out of the session: the page begins anew with the defaults."""
    for key in keys:
        for place in (_session(_KEPT), _session(_WRITTEN), st.session_state, st.query_params):
            if key in place:
                del place[key]


def show_notice() -> None:
    """Tells, once, which parts of the address were not understood."""
    refused = _session(_REFUSED)
    if not refused:
        return
    # In back ticks nothing of it is read as markup.
    told = ", ".join(f"`{key}={_plain(value)}`" for key, value in sorted(refused.items()))
    st.info(t("page.address_refused", told=told), icon=":material/link_off:")
    refused.clear()


def _plain(value: str) -> str:
    shown = "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in value)
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"


def _session(name: str) -> dict[str, Any]:
    if name not in st.session_state:
        st.session_state[name] = {}
    return st.session_state[name]  # type: ignore[no-any-return]  # a dict of ours
