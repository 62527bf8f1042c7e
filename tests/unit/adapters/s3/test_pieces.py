import io

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.adapters.s3.pieces import PiecesReader

pieces = st.lists(st.binary(max_size=9), max_size=6)


@given(pieces, st.integers(0, 60), st.integers(1, 20))
def test_it_reads_as_a_file_of_the_joined_pieces_does(
    pieces: list[bytes], position: int, size: int
) -> None:
    reader, file = PiecesReader(pieces), io.BytesIO(b"".join(pieces))

    assert reader.seek(0, io.SEEK_END) == file.seek(0, io.SEEK_END)
    assert reader.seek(position) == file.seek(position)
    assert b"".join(iter(lambda: reader.read(size), b"")) == file.read()
    assert reader.read(size) == b""
    assert reader.tell() == max(file.tell(), position)


@given(pieces)
def test_it_can_be_read_again(pieces: list[bytes]) -> None:
    reader = PiecesReader(pieces)

    assert [reader.read(), reader.seek(0), reader.read()] == [
        b"".join(pieces),
        0,
        b"".join(pieces),
    ]
