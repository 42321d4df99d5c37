"""`make crm-demo`: the demo company's clients go into a real Tryton; merges here and there are followed, nothing is made twice."""

import secrets as random
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from rich.console import Console

from pipeline import steps
from pipeline.demo.config import CONFIG
from pipeline.demo.place import demo_environment, demo_folder
from pipeline.demo.tryton import DATABASE, USER, Tryton, running
from pipeline.errors import ConfigError, LeadfoldError
from pipeline.review.act import join_act, undo_act
from pipeline.review.judgement import Speaker
from pipeline.review.plan import carry_out
from pipeline.review.queue import doubtful_merges
from pipeline.settings import state_folder
from pipeline.warehouse import embedded
from pipeline.warehouse.connection import Role, one, rows
from pipeline.workspace import Workspace, open_workspace

NAME = "tryton"
SECRET = "DEMO_TRYTON_PASSWORD"
_OWN = "leadfold-crm.toml"
_WHO = "crm-demo"
_CRM = """
[[crm]]
name = "{name}"
vendor = "tryton"
base_url = "{url}"
database = "{database}"
user = "{user}"
password = "{secret}"
"""

Say = Callable[[str], None]


def run_crm_demo(state: Path, programs: Path, out: Console) -> bool:
    """Runs it; whether everything was as it should be. programs: where Tryton's programs are."""
    began = time.monotonic()

    def say(line: str) -> None:
        out.print(f"[{time.monotonic() - began:5.1f} s] {line}", markup=False)

    folder = demo_folder(state)
    if not (folder / CONFIG).exists():
        raise ConfigError("crm-demo", "there is no demo company here", "run `make demo` first")
    server = embedded.start(state / "pg")
    password = _password(folder)
    say("starting Tryton on the embedded PostgreSQL; its database takes a minute the first time")
    with running(state / "tryton", server, programs, _free_port(), password) as tryton:
        say(f"Tryton answers; it holds {len(_living(tryton)):,} active parties")
        workspace = _workspace(folder, state, tryton)
        return all(
            step(workspace, tryton, say) for step in (_send_all, _send_again, _merge_here, _undo_here, _merge_there)
        )


def _send_all(workspace: Workspace, tryton: Tryton, say: Say) -> bool:
    counts = steps.send_crm(workspace, NAME)
    say(f"sent: {_told(counts)}; {_clients(workspace):,} clients here, {len(_living(tryton)):,} active parties there")
    return _agree(workspace, tryton)


def _send_again(workspace: Workspace, _tryton: Tryton, say: Say) -> bool:
    counts = steps.send_crm(workspace, NAME)
    say(f"sent again: {_told(counts)}")
    return not counts["created"]


def _merge_here(workspace: Workspace, tryton: Tryton, say: Say) -> bool:
    """A person says that the first pair of the review queue is one client."""
    speaker = Speaker(_WHO, "shows what a merge does", workspace.now())
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        doubts = [
            doubt for doubt in doubtful_merges(connection, workspace.now()) if doubt.left_client and doubt.right_client
        ]
        if not doubts:
            say("nothing waits for review: no merge to show")
            return True
        left, right = str(doubts[0].left_client), str(doubts[0].right_client)
        act = join_act(connection, left, right)
    before = {client: _party_of(workspace, client) for client in (left, right)}
    carry_out(workspace, act, speaker)
    steps.verify(workspace)
    counts = steps.send_crm(workspace, NAME)
    gone = [party for party in tryton.parties() if str(party["id"]) in before.values() and party["replaced_by"]]
    say(f"two clients were said to be one and sent: {_told(counts)}")
    for party in gone:
        say(f"  party {party['id']} is replaced by party {party['replaced_by']}, as Tryton's own merge does it")
    return len(gone) == 1


def _undo_here(workspace: Workspace, tryton: Tryton, say: Say) -> bool:
    """The same person takes the word back: what was merged comes back under its id, with a party of its own."""
    speaker = Speaker(_WHO, "shows what an undo does", workspace.now())
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        said = rows(connection, "crm_demo", "last_said", actor=_WHO)
        if not said:
            return True
        act = undo_act(connection, said[0].decision_id)
    plan = carry_out(workspace, act, speaker)
    steps.verify(workspace)
    counts = steps.send_crm(workspace, NAME)
    say(f"it was undone: {_told(counts)}")
    for client in plan.returning:
        say(f"  client {client} has its id back and party {_party_of(workspace, client)}")
    return bool(plan.returning) and _agree(workspace, tryton)


def _merge_there(workspace: Workspace, tryton: Tryton, say: Say) -> bool:
    """Somebody replaces a party in Tryton by another one; the client's next change goes to the survivor."""
    # The oldest ones: those that the steps before made anew are the youngest.
    source, destination = [party["id"] for party in _living(tryton)][:2]
    tryton.call(
        "model.party.party.write",
        [source],
        {"name": next(p["name"] for p in tryton.parties() if p["id"] == destination)},
    )
    session = tryton.call("wizard.party.replace.create")[0]
    tryton.call(
        "wizard.party.replace.execute", session, {"ask": {"source": source, "destination": destination}}, "replace"
    )
    before = len(_living(tryton))
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        client = str(one(connection, "crm_demo", "client_of", crm=NAME, record_id=str(source)))
    counts = steps.send_crm(workspace, NAME)
    say(
        f"party {source} was replaced by {destination} in Tryton: {_told(counts)}; client {client} stands there from its next change on"
    )
    return len(_living(tryton)) == before


def _workspace(folder: Path, state: Path, tryton: Tryton) -> Workspace:
    table = _CRM.format(name=NAME, url=tryton.url, database=DATABASE, user=USER, secret=SECRET)
    config = folder / _OWN
    config.write_text((folder / CONFIG).read_text(encoding="utf-8") + table, encoding="utf-8")
    known = demo_environment(state) | {SECRET: tryton.password}
    return open_workspace(config, known.get)


def _password(folder: Path) -> str:
    """The administrator's, made once."""
    file = folder / "tryton-password"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(f"Tryton-{random.token_urlsafe(12)}1")
    return file.read_text()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clients(workspace: Workspace) -> int:
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        return int(one(connection, "crm_demo", "living_clients"))


def _living(tryton: Tryton) -> list[dict[str, object]]:
    """Active parties. The database has the module party alone: nobody but us makes any."""
    return [dict(party) for party in tryton.parties() if party["active"]]


def _agree(workspace: Workspace, tryton: Tryton) -> bool:
    """Whether each living client has a party, and each active party is a client's; replaced parties stand for their survivors."""
    with workspace.warehouse.transaction(Role.PUBLISHER) as connection:
        held = {row.client_id: int(row.record_id) for row in rows(connection, "crm_demo", "records", crm=NAME)}
    survivor = {party["id"]: party["replaced_by"] for party in tryton.parties() if party["replaced_by"]}
    parties = set(held.values())
    while replaced := parties & survivor.keys():
        parties = parties - replaced | {survivor[party] for party in replaced}
    return len(held) == _clients(workspace) and parties == {party["id"] for party in _living(tryton)}


def _party_of(workspace: Workspace, client: str) -> str:
    with workspace.warehouse.transaction(Role.PUBLISHER) as connection:
        return str(one(connection, "crm_demo", "party_of", crm=NAME, client_id=UUID(client)))


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {value:,}" for name, value in counts.items() if value) or "nothing to do"


def main() -> int:
    """The exit code."""
    out = Console(highlight=False, soft_wrap=True)
    try:
        went_well = run_crm_demo(state_folder(), Path(sys.argv[1]), out)
    except LeadfoldError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(f"leadfold: {error}", markup=False)
        return 1
    out.print("as it should be" if went_well else "something is not as it should be, see above")
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main())
