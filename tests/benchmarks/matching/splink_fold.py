"""What both Splink engines share: a linker over DuckDB from a Parquet file, and the way from its tables to an answer."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator

from tests.benchmarks.matching.engine import Answer, Job, Steps

logging.getLogger("splink").setLevel(logging.ERROR)

Training = Callable[[Linker], None]


def linked(
    job: Job,
    tables: Callable[[duckdb.DuckDBPyConnection, Job], Sequence[str]],
    settings: SettingsCreator | Callable[[duckdb.DuckDBPyConnection], SettingsCreator],
    train: Training,
    cut: float,
    found_cut: float | None = None,
) -> Answer:
    """Prepare tables in DuckDB (their names come back), train, predict and cluster at `cut`, a match weight in bits.

    settings: as they are, or made of what is in the tables.
    found_cut: pairs below it are not kept between prediction and clustering; None keeps all, as the tutorials do.
    A study predicts all pairs, so that the number compared and every cut are known.
    """
    steps = Steps()
    connection = duckdb.connect()
    with steps("prepare"):
        names = tables(connection, job)
        api = DuckDBAPI(connection=connection)
        registered = [api.register(connection.table(name), dataset_display_name=f"splink_{name}") for name in names]
        made = settings if isinstance(settings, SettingsCreator) else settings(connection)
        linker = Linker(registered if len(registered) > 1 else registered[0], made, log_level=None)
    with steps("train"):
        train(linker)
    with steps("predict"):
        if job.study or found_cut is None:
            predicted = linker.inference.predict()
        else:
            predicted = linker.inference.predict(threshold_match_weight=found_cut)
    with steps("cluster"):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_weight=cut)
        labels = arrow(clusters, "select record_id, cluster_id from {this}")
    scored = _scored(predicted, connection, names) if job.study else None
    return Answer(
        labels["record_id"].combine_chunks(),
        labels["cluster_id"].combine_chunks(),
        None if scored is None else len(scored),
        scored,
        cut,
        steps.seconds,
    )


def _scored(predicted: Any, connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> pa.Table:
    """Pairs by record id; Splink knows them by `row` where the tables have one, a number being the faster key."""
    if "row" not in connection.table(tables[0]).columns:
        return arrow(predicted, "select record_id_l as left, record_id_r as right, match_weight as weight from {this}")
    return arrow(
        predicted,
        f"select l.record_id as left, r.record_id as right, match_weight as weight from {{this}}"
        f" join {tables[0]} l on l.row = row_l join {tables[0]} r on r.row = row_r",
    )


def arrow(frame: Any, query: str) -> pa.Table:
    """The result of a query over a frame of Splink's; {this} is the frame."""
    found = frame.query_sql(query).as_duckdbpyrelation().arrow()
    return found.read_all() if isinstance(found, pa.RecordBatchReader) else found


def bits(probability: float) -> float:
    """The match weight of a probability."""
    from math import log2

    return log2(probability / (1.0 - probability))
