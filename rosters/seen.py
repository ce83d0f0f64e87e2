"""In which row each number of a file stood first, in a few bytes a number.

A dictionary of a file's half a million numbers would take fifty megabytes of the importing process;
this open table takes twelve.
"""

from __future__ import annotations

from array import array

SMALLEST = 1 << 12
# Fibonacci hashing: numbers of one place and one day lie close together.
_SPREAD = 11_400_714_819_323_198_485
_WORD = (1 << 64) - 1


class Seen:
    def __init__(self) -> None:
        self._count = 0
        self._make(SMALLEST)

    def _make(self, size: int) -> None:
        self._mask, self._shift = size - 1, 64 - (size - 1).bit_length()
        self._keys, self._rows = array("Q", bytes(8 * size)), array("I", bytes(4 * size))

    def before(self, number: str, row: int) -> int:
        """The earlier row of a number of eighteen characters; 0 where this is its first."""
        key = int(number[:17]) * 11 + (10 if number[17] == "X" else int(number[17])) + 1
        at = self._place(key)
        if self._keys[at]:
            earlier = self._rows[at]
            return 0 if earlier == row else earlier
        self._keys[at], self._rows[at] = key, row
        self._count += 1
        if self._count * 2 > self._mask:
            self._grow()
        return 0

    def _place(self, key: int) -> int:
        """Where the key stands, or the empty place where it would."""
        keys, mask = self._keys, self._mask
        at = (key * _SPREAD & _WORD) >> self._shift
        while keys[at] and keys[at] != key:
            at = (at + 1) & mask
        return at

    def _grow(self) -> None:
        keys, rows = self._keys, self._rows
        self._make(2 * len(keys))
        for key, row in zip(keys, rows, strict=True):
            if key:
                at = self._place(key)
                self._keys[at], self._rows[at] = key, row
