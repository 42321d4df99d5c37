"""`leadfold match` end to end: a table in, clusters and their measure out; whatever is in the table, one line or an answer."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.tables.match_table import BAD_INPUT, DONE, MatchRequest, match_table

PEOPLE = """id,name,phone,email,city,person
1,Пётр Щукин,8 (903) 123-45-67,p.schukin@mail.ru,Москва,p1
2,Petr Shchukin,,p.schukin@mail.ru,,p1
3,Щукин П.,+7 903 123 45 67,,Москва,p1
4,Anna Kowalska,501 222 333,anna.kowalska@wp.pl,Łódź,p2
5,Kowalska Anna,+48 501-222-333,,Lodz,p2
6,Jan Wiśniewski,602 333 444,,Kraków,p3
7,Maria Wójcik,603 444 555,m.wojcik@onet.pl,Gdańsk,
8,John Smith,+44 20 7946 0958,john.smith@example.com,London,p4
"""


class Told(NamedTuple):
    """What a run of the command gave."""

    code: int
    stdout: str
    words: list[str]

    def clusters(self) -> list[list[str]]:
        """Ids of the rows of each cluster, in order of the clusters' numbers."""
        found: dict[int, list[str]] = {}
        for row in csv.DictReader(io.StringIO(self.stdout, newline="")):
            found.setdefault(int(row["cluster_id"]), []).append(row.get("table", "") + row["row_id"])
        return [found[number] for number in sorted(found)]


def _match(tmp_path: Path, body: str | bytes, name: str = "t.csv", **wanted: Any) -> Told:
    table = tmp_path / name
    table.write_bytes(body if isinstance(body, bytes) else body.encode())
    stdout, words = io.StringIO(), list[str]()
    code = match_table(MatchRequest(table=table, **{"model": "lead", **wanted}), stdout, words.append)
    return Told(code, stdout.getvalue(), words)


def test_rows_of_one_person_are_one_cluster_and_every_row_is_in_one(tmp_path: Path) -> None:
    told = _match(tmp_path, PEOPLE)
    assert told.clusters() == [["1", "2", "3"], ["4", "5"], ["6"], ["7"], ["8"]]
    weights = {row["row_id"]: row["weakest_link"] for row in csv.DictReader(io.StringIO(told.stdout))}
    assert float(weights["4"]) == float(weights["5"]) > 0
    assert weights["6"] == ""


def test_what_was_read_and_decided_is_said_apart_from_the_result(tmp_path: Path) -> None:
    told = _match(tmp_path, PEOPLE)
    assert re.sub(r"\s+", " ", told.words[1]) == " name name"
    assert any(line.startswith("8 rows are 5 clusters, the largest of 3") for line in told.words)
    assert any(line.startswith("expected of the links by their weights: precision ") for line in told.words)


def test_the_result_is_measured_by_a_column_of_truth(tmp_path: Path) -> None:
    found = json.loads(_match(tmp_path, PEOPLE, truth="person", json=True).stdout)["evaluation"]
    assert found["pairwise"] == found["cluster"] == found["b_cubed"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    assert (found["labelled_rows"], found["unlabelled_rows"], found["true_clusters"]) == (7, 1, 4)
    assert (found["false_merges"], found["missed_joins"]) == ([], [])


def test_an_error_is_named_by_its_rows_and_the_pair_that_tells_why(tmp_path: Path) -> None:
    wrong = PEOPLE.replace("Lodz,p2", "Lodz,p5").replace("Kraków,p3", "Kraków,p1")
    found = json.loads(_match(tmp_path, wrong, truth="person", json=True).stdout)["evaluation"]
    (merge,), (join,) = found["false_merges"], found["missed_joins"]
    assert (merge["pairs"], merge["rows"], merge["sizes"]) == (1, ["4", "5"], [1, 1])
    assert {merge["pair"]["left"], merge["pair"]["right"]} == {"4", "5"}
    assert any("phone" in line for line in merge["pair"]["why"])
    assert not any("Kowalska" in line or "501" in line for line in merge["pair"]["why"])
    assert (join["pairs"], join["rows"]) == (3, ["1", "6"])


def test_without_a_truth_the_report_tells_what_to_expect(tmp_path: Path) -> None:
    report = json.loads(_match(tmp_path, PEOPLE, json=True).stdout)
    assert "evaluation" not in report
    assert report["expected"]["precision"] > 0.9
    links = [point["links"] for point in report["expected"]["sweep"]]
    assert links == sorted(links, reverse=True)
    assert report["cuts"]["review"] <= report["cuts"]["even_bet"] <= report["cuts"]["merge"]


def test_labels_are_found_in_the_ids_by_a_pattern(tmp_path: Path) -> None:
    body = "rec_id,name,phone\nrec-1-org,Anna Kowalska,501222333\nrec-1-dup-0,Kowalska Anna,501222333\nrec-2-org,Jan Kot,502333444\n"
    report = json.loads(_match(tmp_path, body, truth_pattern=r"rec-(\d+)-", json=True).stdout)
    assert report["evaluation"]["pairwise"]["f1"] == 1.0
    assert report["evaluation"]["true_clusters"] == 2


def test_the_result_is_measured_by_judged_pairs(tmp_path: Path) -> None:
    labels = tmp_path / "judged.csv"
    labels.write_text(
        "left,right,same\n1,3,yes\n4,5,нет\n6,8,1\n2,7,0\n1,77,yes\n4,4,yes\n1,2,perhaps\n", encoding="utf-8"
    )
    found = json.loads(_match(tmp_path, PEOPLE, labels=labels, json=True).stdout)["judged"]
    assert (found["pairs"], found["unknown"], found["unclear"]) == (4, 1, 2)
    assert (found["precision"], found["recall"]) == (0.5, 0.5)
    assert [(pair["left"], pair["right"]) for pair in found["false_merges"]] == [("4", "5")]
    assert [(pair["left"], pair["right"]) for pair in found["missed_joins"]] == [("6", "8")]
    assert found["sweep"][0]["links"] == 2
    assert "  4 and 5 are together, judged apart" in _match(tmp_path, PEOPLE, labels=labels).words


def test_judged_pairs_of_two_tables_name_a_row_of_each(tmp_path: Path) -> None:
    other, labels = tmp_path / "other.csv", tmp_path / "judged.csv"
    other.write_text("id,name,phone\n1,Anna Kowalska,501222333\n", encoding="utf-8")
    labels.write_text("left,right,same\n1,1,yes\n2,1,no\n", encoding="utf-8")
    body = "id,name,phone\n1,Kowalska Anna,501222333\n2,Jan Kot,602333444\n"
    report = json.loads(_match(tmp_path, body, link=other, labels=labels, json=True).stdout)
    assert (report["judged"]["pairs"], report["judged"]["f1"]) == (2, 1.0)


def test_two_tables_are_linked_across_only(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "1", "name": "Anna Kowalska", "phone": ["777888999", "501222333"]}\n', encoding="utf-8")
    body = "id,name,phone\n1,Kowalska Anna,501222333\n2,Jan Kot,602333444\n3,Jan Kot,602333444\n"
    assert _match(tmp_path, body, link=other).clusters() == [["11", "21"], ["12"], ["13"]]


def test_clusters_go_to_a_file_or_stdout_and_with_json_to_a_file_only(tmp_path: Path) -> None:
    out = tmp_path / "clusters.csv"
    told = _match(tmp_path, PEOPLE, out=out)
    assert told.stdout == ""
    assert (
        out.read_text(encoding="utf-8")
        == _match(tmp_path, PEOPLE).stdout
        == _match(tmp_path, PEOPLE, out=Path("-")).stdout
    )
    assert json.loads(_match(tmp_path, PEOPLE, json=True, out=out).stdout)["rows"] == 8


def test_hubs_are_listed_to_who_asks(tmp_path: Path) -> None:
    names = ("Anna Nowak", "Jan Kot", "Ewa Lis", "Adam Mazur", "Piotr Zając", "Olga Wilk", "Igor Bąk", "Zofia Sowa")
    body = "name,phone\n" + "".join(f"{name},22 100 20 30\n" for name in names)
    report = json.loads(_match(tmp_path, body, explain_hubs=True, json=True).stdout)
    assert report["clusters"] == len(names)
    assert [(hub["field"], hub["records"]) for hub in report["hubs"]] == [("phone", len(names))]
    assert "hubs" not in json.loads(_match(tmp_path, body, json=True).stdout)
    assert not any("100" in line for line in _match(tmp_path, body).words)


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    header, *rows = PEOPLE.splitlines()
    backwards = "\n".join([header, *reversed(rows)])
    assert sorted(map(sorted, _match(tmp_path, backwards).clusters())) == _match(tmp_path, PEOPLE).clusters()


def test_a_row_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    told = _match(tmp_path, PEOPLE + "9,Anna Kowalska,501222333,,,,,,too many\n")
    assert told.code == DONE
    assert "9" not in {row for cluster in told.clusters() for row in cluster}
    assert "  line 10: 9 cells under 6 columns" in told.words


HUGE = "x" * 50_000_000


@pytest.mark.parametrize(
    ("body", "clusters"),
    [
        ("name,phone\nAnna,501222333\n", 1),
        ("name,phone\n" + "Anna Kowalska,501222333\n" * 50, 1),
        ("name,phone\n" + ",\n" * 3 + "x,\n", 1),
        ("name,phone\n" + "-,-\n" * 3, 3),
        ("name,phone\nA\x00nna,501222333\nAnna,501\x00222333\n\x00,\x00\n", None),
        ("name,phone\n7,Anna\n1.5,2026-01-01\ntrue,[]\n", None),
        (f"name,phone\n{HUGE},501222333\nAnna,{HUGE}\nAnna Kowalska,501222333\n", None),
    ],
    ids=["one row", "all equal", "empty rows", "no evidence", "NUL bytes", "mixed types", "50 MB cells"],
)
@pytest.mark.parametrize("model", ["lead", "person", "company"])
def test_an_odd_table_gets_an_answer(tmp_path: Path, body: str, clusters: int | None, model: str) -> None:
    told = _match(tmp_path, body, model=model, columns=("name=name",) if model != "company" else ("company=name",))
    assert told.code == DONE, told.words
    if clusters is not None and model == "lead":
        assert len(told.clusters()) == clusters


@pytest.mark.parametrize(
    ("body", "wanted", "line"),
    [
        ("", {}, "leadfold: t.csv: it has no rows; give a table with a header and at least one row"),
        ("name,phone\n", {}, "leadfold: t.csv: it has no rows"),
        ("a,b\n1,2\n", {}, "leadfold: --column: t.csv: none of the table's 2 columns is called like a field of the model `lead`"),
        (PEOPLE, {"model": "leads"}, "leadfold: --model: no model is called `leads`"),
        (PEOPLE, {"truth": "who"}, "leadfold: --truth: t.csv has no column `who`"),
        (PEOPLE, {"truth_pattern": "("}, "leadfold: --truth-pattern: it is no regular expression"),
        (PEOPLE, {"columns": ("phone",)}, "leadfold: --column: `phone` is not FIELD=HEADER"),
        (PEOPLE, {"precision": 1.5}, "leadfold: --precision: it is not a share that merges can be held to"),
        (PEOPLE, {"precision": float("nan")}, "leadfold: --precision: it is not a share"),
        (PEOPLE, {"out": Path("-"), "json": True}, "leadfold: --out: stdout cannot take both clusters and JSON"),
        (PEOPLE, {"out": Path("nowhere/clusters.csv")}, "leadfold: --out: it is a folder, or in none that exists"),
        (PEOPLE, {"labels": Path("nowhere.csv")}, "leadfold: nowhere.csv: there is no such file"),
        (PEOPLE, {"link": Path("nowhere.csv")}, "leadfold: nowhere.csv: there is no such file"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_writes_nothing(tmp_path: Path, body: str, wanted: dict[str, Any], line: str) -> None:
    told = _match(tmp_path, body, **wanted)
    assert (told.code, told.stdout) == (BAD_INPUT, "")
    assert told.words[-1].startswith(line)
    assert "\n" not in told.words[-1]


def test_a_table_of_unknown_headers_is_read_by_its_values(tmp_path: Path) -> None:
    told = _match(tmp_path, "f1,f2\n" + "".join(f"someone{row % 40}@wp.pl,{row}\n" for row in range(80)))
    assert told.code == DONE
    assert "f1 (by its values)" in "".join(told.words)
    assert len(told.clusters()) == 40


def test_the_table_itself_is_never_overwritten(tmp_path: Path) -> None:
    told = _match(tmp_path, PEOPLE, out=tmp_path / "t.csv")
    assert told.words[-1].startswith("leadfold: --out: it is a table to be read")
    assert (tmp_path / "t.csv").read_text(encoding="utf-8") == PEOPLE


def test_an_error_holds_nobodys_data(tmp_path: Path) -> None:
    told = _match(tmp_path, "Anna Kowalska,501222333\nJan Kot,502333444\n")
    assert told.code == BAD_INPUT
    assert "Kowalska" not in "".join(told.words)
