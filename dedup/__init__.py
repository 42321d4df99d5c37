"""Entity resolution for any table of persons or companies: rows in, clusters out, with a reason for every weight."""

from dedup.blocking import BlockingReport
from dedup.engines.local import fold
from dedup.evaluation import Evaluation, Quality, evaluate, partition_of
from dedup.explain import Explanation, ExplanationRow, explain
from dedup.explain_cluster import ClusterExplanation, explain_cluster
from dedup.folding import fold_text
from dedup.given_names import gender, given_name_keys
from dedup.hubs import Hub
from dedup.match import match
from dedup.model import BlockingRule, Comparison, ComparisonLevel, Field, Model
from dedup.model_file import ModelFileError, load_model
from dedup.record import Judgement, Record
from dedup.result import ComparisonHit, Fold, Match, ReviewPair, ScoredPair
from dedup.survivorship import SurvivorshipRule, golden_record
from dedup.table import TableError

__all__ = [
    "BlockingReport",
    "BlockingRule",
    "ClusterExplanation",
    "Comparison",
    "ComparisonHit",
    "ComparisonLevel",
    "Evaluation",
    "Explanation",
    "ExplanationRow",
    "Field",
    "Fold",
    "Hub",
    "Judgement",
    "Match",
    "Model",
    "ModelFileError",
    "Quality",
    "Record",
    "ReviewPair",
    "ScoredPair",
    "SurvivorshipRule",
    "TableError",
    "evaluate",
    "explain",
    "explain_cluster",
    "fold",
    "fold_text",
    "gender",
    "given_name_keys",
    "golden_record",
    "load_model",
    "match",
    "partition_of",
]
