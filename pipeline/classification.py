"""Gives leads their verdicts, by the rules, what the company says of its junk, and the text model in force."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from pipeline.company_context import company_context, contexts_of, own_junk
from pipeline.conform import ConformContext
from pipeline.lead import Lead
from pipeline.rejection.own_junk import OwnJunk
from pipeline.rejection.rules import judge, rules_version
from pipeline.rejection.stage import RejectionStage
from pipeline.rejection.surroundings import Surroundings
from pipeline.rejection.text_model import RULE as TEXT_RULE
from pipeline.rejection.text_model import TextModel
from pipeline.warehouse import junk_model, landing, leads, surroundings
from pipeline.warehouse.connection import Role
from pipeline.workspace import Workspace

_BATCH = 4000
_FIRST = str(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Classifier:
    """What a verdict depends on besides the lead. contexts: by the source's name; default: for leads of a source no longer configured."""

    contexts: Mapping[str, ConformContext]
    default: ConformContext
    own: OwnJunk
    text_model: TextModel | None

    @classmethod
    def of(cls, workspace: Workspace, text_model: TextModel | None = None) -> Self:
        """The classifier of a configuration."""
        settings = workspace.settings
        return cls(contexts_of(settings, workspace.sources), company_context(settings), own_junk(settings), text_model)

    @property
    def version(self) -> str:
        """Of the rules and all they know: leads judged by another one are judged again."""
        return rules_version(self.own, self.text_model)

    def verdicts_on(self, rows: Sequence[Any]) -> list[leads.Verdict]:
        """Verdicts on leads as the warehouse keeps them, each with what is known of its surroundings."""
        return [
            self._verdict_on(
                leads.lead_of(row),
                self.contexts.get(row.source, self.default),
                surroundings.surroundings_of(row.surroundings),
            )
            for row in rows
        ]

    def _verdict_on(self, lead: Lead, context: ConformContext, around: Surroundings) -> leads.Verdict:
        try:
            found = judge(lead, context, self.own, around, self.text_model)
        except Exception as error:  # noqa: BLE001 - one hostile text must not stop the sorting of all others
            # The message of a foreign error may quote the lead: only its type is safe to keep.
            doubt = RejectionStage.OTHER_REVIEW.value
            return leads.Verdict(lead.lead_id, "proposed", doubt, "rule_failed", "", type(error).__name__, None)
        said = found.rejection or found.note
        if said is None:
            return leads.Verdict(lead.lead_id, "accepted", None, "", "", "", None)
        return leads.Verdict(
            lead.lead_id,
            "accepted" if found.rejection is None else "proposed" if said.proposed else "rejected",
            said.stage.value,
            said.rule,
            str(said.rule_version),
            landing.storable(said.evidence),
            said.confidence,
        )


def classify_leads(workspace: Workspace, counts: dict[str, int]) -> None:
    """Judges every lead that has no verdict by the rules of now; counts verdicts by their state, and those of the text model."""
    with workspace.warehouse.transaction(Role.RESOLVER) as connection:
        classifier = Classifier.of(workspace, junk_model.in_force(connection))
        leads.lock_leads(connection)
        leads.release_undone(connection)
        leads.obey_people(connection)
    if classifier.text_model is not None:
        counts["proposed_by_text"] = 0  # of those proposed
    _trace(workspace)
    version, after, again = classifier.version, _FIRST, False
    while True:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            leads.lock_leads(connection)
            batch = leads.unclassified(connection, after, version, _BATCH)
            if not batch and not again:
                return
            verdicts = classifier.verdicts_on(batch)
            if verdicts:
                leads.write_verdicts(connection, iter(verdicts), version, workspace.now())
                given = [verdict.lead_id for verdict in verdicts]
                again |= surroundings.reopen(connection, given, workspace.now())
        for verdict in verdicts:
            counts[verdict.state] += 1
            if verdict.rule == TEXT_RULE:
                counts["proposed_by_text"] += 1
        if verdicts:
            after = verdicts[-1].lead_id
        else:
            after, again = _FIRST, False


def _trace(workspace: Workspace) -> None:
    while True:
        with workspace.warehouse.transaction(Role.RESOLVER) as connection:
            leads.lock_leads(connection)
            if not surroundings.trace_due(connection, _BATCH):
                return
