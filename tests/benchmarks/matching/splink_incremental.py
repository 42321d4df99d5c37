"""Splink 5 tuned, adding new leads to known ones: `predict_between` and `predict_within`, its own way to do so.

Known leads are cleaned, the model trained and they are clustered before the clock of the step `add` starts. Inside it: the new
leads are cleaned, scored against the known and each other, and joined with the clusters that they touch.
"""

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker
from splink.clustering import cluster_pairwise_predictions_at_threshold

from tests.benchmarks.matching.engine import Answer, Job, Steps, serve
from tests.benchmarks.matching.splink_fold import arrow, bits
from tests.benchmarks.matching.splink_leads import count_known, keyed_lead_table, new_lead_table
from tests.benchmarks.matching.splink_tuned import lead_settings, train_leads

_FREQUENCIES = ("full_name", "one_word", "phone", "email", "company", "city")


def fold(job: Job) -> Answer:
    """Fold all but the newest `job.new` leads, then add these."""
    steps = Steps()
    cut = bits(0.95) if job.cut is None else job.cut
    connection = duckdb.connect()
    with steps("known"):
        keyed_lead_table(connection, job)
        count_known(connection)
        api = DuckDBAPI(connection=connection)
        known = api.register(connection.table("input"), dataset_display_name="splink_input")
        linker = Linker(known, lead_settings(connection), log_level=None)
        train_leads(linker)
        predicted = linker.inference.predict(threshold_match_weight=cut)
        clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_weight=cut)
        connection.register("found", arrow(clustered, "select row, cluster_id, record_id from {this}"))
        connection.execute("create table clusters as select * from found")
        for column in _FREQUENCIES:
            linker.table_management.compute_tf_table(column)
    with steps("add"):
        fresh = api.register(connection.table(new_lead_table(connection, job)), dataset_display_name="splink_fresh")
        links = [
            linker.inference.predict_between(known, fresh, threshold_match_weight=cut),
            linker.inference.predict_within(fresh, threshold_match_weight=cut),
        ]
        _join(connection, api, [arrow(part, "select row_l, row_r from {this}") for part in links])
    answer = connection.sql("select record_id, cluster_id from clusters").to_arrow_table()
    ids, labels = (answer[name].combine_chunks() for name in ("record_id", "cluster_id"))
    return Answer(ids, labels, steps=steps.seconds)


def _join(connection: duckdb.DuckDBPyConnection, api: DuckDBAPI, links: list[pa.Table]) -> None:
    """New leads join the clusters that they touch; several clusters that one of them touches become one."""
    connection.register("links", pa.concat_tables(links))
    connection.execute(
        """
        create table edges as
        select coalesce(l.cluster_id, row_l) as node_l, coalesce(r.cluster_id, row_r) as node_r
        from links left join clusters l on l.row = row_l left join clusters r on r.row = row_r;
        create table nodes as
        select node_l as node from edges union select node_r from edges union select row from fresh
        """
    )
    nodes = api.register(connection.table("nodes"), dataset_display_name="splink_nodes")
    edges = api.register(connection.table("edges"), dataset_display_name="splink_edges")
    joined = cluster_pairwise_predictions_at_threshold(nodes, edges, api, "node")
    connection.register("joined", arrow(joined, "select node, cluster_id from {this}"))
    connection.execute(
        """
        update clusters set cluster_id = joined.cluster_id from joined where clusters.cluster_id = joined.node;
        insert into clusters select row, joined.cluster_id, record_id from fresh join joined on node = row
        """
    )


if __name__ == "__main__":
    serve(fold)
