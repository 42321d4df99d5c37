"""What `leadfold match` tells of blocking: what each rule reached, what none did, and which keys were too common."""

import io
import json
import re
from pathlib import Path

from pipeline.tables.match_table import MatchRequest, match_table

HEADER = "id,name,phone,email\n"
CHAIN = """1,Анна Чхеидзе,+79162345678,
2,Анна Чхеидзе,+79162345678,qx19@mail.ru
3,,,qx19@mail.ru
"""


def told(tmp_path: Path, rows: str, *, as_json: bool = False) -> tuple[str, str]:
    """The result on stdout, and the words of the run."""
    table = tmp_path / "t.csv"
    table.write_text(HEADER + rows, encoding="utf-8")
    stdout, words = io.StringIO(), list[str]()
    assert match_table(MatchRequest(table=table, model="lead", json=as_json), stdout, words.append) == 0
    return stdout.getvalue(), "\n".join(words)


def sightings(people: int) -> str:
    """Each person four times over: with all, with all, as a nameless caller, and without the phone."""
    rows = []
    for number in range(people):
        name = "Анна " + "".join("бвгджзклмн"[int(digit)] + "а" for digit in f"{number:03}") + "ридзе"
        phone, mail = f"+7916{2_345_678 + 7 * number}", f"qx{number}9@mail.ru"
        seen = ((name, phone, mail), (name, phone, mail), ("", phone, ""), (name, "", mail))
        rows += [f"{number}-{row},{','.join(values)}\n" for row, values in enumerate(seen)]
    return "".join(rows)


def test_each_rule_is_told_with_its_pairs_and_shares(tmp_path: Path) -> None:
    _, words = told(tmp_path, CHAIN)
    assert "2 pairs were compared; of the links and of the true pairs each blocking rule reaches about:" in words
    assert re.search(r"(?m)^  phone +1 +0\.500 +[\d.]+ +\?$", words)


def test_pairs_that_only_third_rows_join_are_told(tmp_path: Path) -> None:
    _, words = told(tmp_path, CHAIN)
    assert "of 3 pairs in one cluster 1 were reached by no rule: third rows join them" in words


def test_what_other_cuts_would_give_is_for_programs_alone(tmp_path: Path) -> None:
    document = json.loads(told(tmp_path, CHAIN, as_json=True)[0])
    assert list(document["expected"]) == ["precision", "recall", "f1", "sweep"]
    assert told(tmp_path, CHAIN)[1] == told(tmp_path, CHAIN, as_json=True)[1]


def test_few_rows_give_no_guess(tmp_path: Path) -> None:
    _, words = told(tmp_path, CHAIN)
    assert "all rules reach" not in words
    recall = json.loads(told(tmp_path, CHAIN, as_json=True)[0])["blocking_recall"]
    assert recall == {
        "lowest": None,
        "highest": None,
        "missed_pairs": None,
        "joined_pairs": 3,
        "joined_unreached": 1,
    }


def test_what_all_rules_reach_is_guessed(tmp_path: Path) -> None:
    stdout, _ = told(tmp_path, sightings(100), as_json=True)
    document = json.loads(stdout)
    recall = document["blocking_recall"]
    assert 0.5 < recall["lowest"] <= recall["highest"] <= 1
    phone = next(rule for rule in document["blocking"] if rule["rule"] == "phone")
    assert 0 < phone["links_alone"] < phone["links"] < 1
    assert phone["recall"] is not None
    _, words = told(tmp_path, sightings(100))
    assert f"all rules reach {recall['lowest']:.3f} to {recall['highest']:.3f} of the true pairs" in words


def test_a_key_on_too_many_rows_is_told(tmp_path: Path) -> None:
    rows = "".join(f"{number},,+79162345678,\n" for number in range(70))
    stdout, words = told(tmp_path, rows)
    assert len(stdout.splitlines()) == 71
    assert (
        "phone: 1 key(s) stand on more than 60 rows each, 70 in all; under these a row meets the next 6 in order of names"
        in words
    )


def test_a_table_in_which_nothing_is_shared_has_no_rules_to_tell(tmp_path: Path) -> None:
    _, words = told(tmp_path, "1,Анна Чхеидзе,,\n2,Пётр Щукин,,\n")
    assert "pairs were compared" not in words
