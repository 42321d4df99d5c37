from collections.abc import Sequence

import numpy as np
import pytest

from dedup import Judgement, Record, fold, load_model
from dedup.encoding import encode
from dedup.judged_weights import FARTHEST, heed
from dedup.match import read_verdicts
from dedup.model import Model
from dedup.set_statistics import gather_statistics
from dedup.snapshot import read_snapshot, snapshot_bytes, take_snapshot
from dedup.training import Training
from tests.dedup.lead_records import lead
from tests.dedup.messy_leads import draw_leads

MODEL = load_model("lead")


def couples(count: int) -> list[Record]:
    """Couples of leads of one city, named alike, on one number: Kasia and Katarzyna, who may be one or not."""
    found = []
    for number in range(count):
        phone, city = f"+486012{number:05}", ("Kraków", "Gdańsk", "Łódź")[number % 3]
        found += [
            lead(f"a{number:03}", name="Kasia", phone=phone, city=city),
            lead(f"b{number:03}", name="Katarzyna Wilk", phone=phone, city=city),
        ]
    return found


def judged(records: Sequence[Record], verdicts: Sequence[tuple[str, str, bool]], model: Model = MODEL) -> Training:
    data, rows = encode(records, model)
    said = [Judgement(*one) for one in verdicts]
    return heed(
        data, model, gather_statistics(data, model), read_verdicts(said, {r.record_id: n for n, r in enumerate(rows)})
    )


def say(answers: Sequence[bool]) -> list[tuple[str, str, bool]]:
    return [(f"a{number:03}", f"b{number:03}", same) for number, same in enumerate(answers)]


def level(model: Model, comparison: str, name: str) -> float:
    return model.comparison_named(comparison).level_named(name).weight


def move(verdicts: Sequence[bool], comparison: str = "person_name", name: str = "given_variant") -> float:
    return level(judged(couples(60), say(verdicts)).model, comparison, name) - level(MODEL, comparison, name)


def test_fifty_judgements_that_a_level_misleads_lower_its_weight():
    assert move([False] * 50) < -1.0


def test_three_judgements_hardly_move_it():
    assert -0.6 < move([False] * 3) < 0.0


def test_more_judgements_move_further_and_never_beyond_the_bound():
    moves = [move([False] * count) for count in (1, 5, 20, 60)]
    assert moves == sorted(moves, reverse=True)
    assert moves[-1] >= -FARTHEST


def test_judgements_that_come_out_as_expected_move_little():
    assert abs(move([True] * 50)) < 0.1


def test_a_pair_of_which_both_was_said_counts_for_neither():
    both = say([True] * 30) + say([False] * 30)
    assert judged(couples(30), both).model == MODEL


def test_no_judgements_move_nothing():
    assert judged(couples(3), []) == Training(MODEL, ())


def test_levels_that_judged_pairs_do_not_show_keep_their_weights():
    moved = judged(couples(50), say([False] * 50)).model
    assert moved.comparison_named("email") == MODEL.comparison_named("email")
    assert level(moved, "person_name", "full_equal") == level(MODEL, "person_name", "full_equal")


def test_the_weight_of_a_contact_moves_too_and_a_shared_one_never_passes_it():
    contact = judged(couples(60), say([False] * 60)).model.comparison_named("phone").contact
    before = MODEL.comparison_named("phone").contact
    assert contact is not None
    assert before is not None
    assert before.alone - FARTHEST <= contact.alone < before.alone
    assert contact.shared <= contact.alone


def test_levels_in_order_stay_in_order():
    records = [
        lead(f"{side}{number:03}", name=f"Jan {side}", company=f"Firma {number} {side}", phone=f"+486012{number:05}")
        for number in range(40)
        for side in "ab"
    ]
    moved = judged(records, say([True] * 40)).model.comparison_named("company").levels
    plain = [found.weight for found in moved if not found.rarity]
    assert plain == sorted(plain, reverse=True)


def test_judgements_in_any_order_move_the_same():
    verdicts = say([number % 3 == 0 for number in range(40)])
    backwards = [(right, left, same) for left, right, same in reversed(verdicts)]
    assert judged(couples(40), verdicts) == judged(couples(40), backwards)


def test_what_moved_is_told():
    (note,) = judged(couples(50), say([False] * 50)).notes
    assert note.startswith("50 judgements moved ")
    assert "person_name given_variant -" in note


@pytest.mark.parametrize("name", ["lead", "person"])
def test_a_fold_heeds_what_was_judged_and_still_obeys_it(name):
    model = load_model(name)
    found = fold(couples(60), model, [Judgement(*one) for one in say([False] * 40)])
    assert any("judgements moved" in note for note in found.match.notes)
    cluster = {record: number for number, ids in enumerate(found.clusters) for record in ids}
    assert all(cluster[left] != cluster[right] for left, right, _ in say([False] * 40))


def test_a_snapshot_keeps_moved_weights_and_a_batch_does_not_move_them_again():
    found = fold(couples(60), MODEL, [Judgement(*one) for one in say([False] * 40)])
    snapshot = take_snapshot(found.match, 0.98)
    assert read_snapshot(snapshot_bytes(snapshot)).model == snapshot.model != MODEL
    again = fold(couples(60), MODEL, [Judgement(*one) for one in say([True] * 60)], known=snapshot)
    assert again.match.model == snapshot.model


def test_judging_right_makes_a_fold_no_worse():
    records, truth = draw_leads(1500, 3)
    plain = fold(records, MODEL)
    said = [Judgement(p.left, p.right, truth[p.left] == truth[p.right]) for p in plain.review]
    heeded = fold(records, MODEL, said)

    def wrong(result) -> int:
        return sum(truth[one] != truth[ids[0]] for ids in result.clusters for one in ids[1:])

    assert wrong(heeded) <= wrong(plain) + 1
    assert np.isfinite([p.weight for p in heeded.pairs]).all()
