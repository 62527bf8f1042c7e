"""Pieces of bytes as the file that botocore wants to send: it may seek, and send it again."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import override


class PiecesReader(io.RawIOBase):
    """Reads the pieces one after the other, without joining them."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        super().__init__()
        self._pieces = [piece for piece in pieces if piece]
        self._starts = list(accumulate(map(len, self._pieces), initial=0))
        self._position = 0

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def tell(self) -> int:
        return self._position

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._starts[-1]}
        self._position = base[whence] + offset
        return self._position

    @override
    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes of one piece; nothing only at the end."""
        if size < 0:
            return self.readall()
        if self._position >= self._starts[-1]:
            return b""
        index = bisect_right(self._starts, self._position) - 1
        begin = self._position - self._starts[index]
        content = self._pieces[index][begin : begin + size]
        self._position += len(content)
        return content

    @override
    def readall(self) -> bytes:
        rest = []
        while content := self.read(self._starts[-1]):
            rest.append(content)
        return b"".join(rest)
