"""A form's labels are looked up together: the same fields as label by label."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sources.field_map import field_of, folded_choice, gather, load_field_map, map_fields

_LABELS = ("Name", "Имя *", "Phone", "Телефон", "phone_2", "Email", "E-mail", "Textarea", "Ваш вопрос?", "Контактный номер", "gclid", "formid", "tranid",
           "Любимый цвет", "", "fields[name]", "Имя")  # fmt: skip
_VALUES = ("", " ", "Анна", "+7 916 234-56-78", "ivan@mail.ru", "просто текст", "123")
_PAIRS = st.lists(st.tuples(st.sampled_from(_LABELS), st.sampled_from(_VALUES)), max_size=8)
_CHOSEN = st.sampled_from([{}, {"Любимый цвет": "city"}, {"Ваш вопрос?": "message", "Name": "company"}])


@given(_PAIRS, _CHOSEN)
def test_labels_together_give_what_they_give_one_by_one(pairs, chosen):
    field_map, folded = load_field_map("tilda"), folded_choice(chosen)
    one_by_one = gather((field_of(label, value, field_map, folded), label, value) for label, value in pairs)
    together = map_fields(pairs, field_map, chosen)
    assert together == one_by_one
    assert list(together) == list(one_by_one)
