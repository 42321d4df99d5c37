import pytest

from pipeline.errors import RecordError
from pipeline.sources.multipart import multipart_pairs

KIND = "multipart/form-data; boundary=abc"
BODY = (
    b'--abc\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xd0\x90\xd0\xbd\xd0\xbd\xd0\xb0\r\nand more\r\n'
    b'--abc\r\nContent-Disposition: form-data; name="photo"; filename="window.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n'
    b"--abc--\r\n"
)


def test_parts_are_pairs_and_a_file_is_its_name():
    assert multipart_pairs(BODY, KIND) == [("text", "Анна\r\nand more"), ("photo", "window.jpg")]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (BODY[:60], KIND, "breaks off"),
        (BODY, "multipart/form-data; boundary=other", "is not multipart"),
        (BODY, "multipart/form-data", "is not multipart|breaks off"),
        (b"name=Anna", KIND, "is not multipart"),
        (b"--abc\r\n\r\nx\r\n" * 2001 + b"--abc--\r\n", KIND, "more than 2000 parts"),
    ],
    ids=["cut", "another boundary", "no boundary", "a form", "too many"],
)
def test_what_is_no_whole_body_is_refused(body, kind, words):
    with pytest.raises(RecordError, match=words):
        multipart_pairs(body, kind)
