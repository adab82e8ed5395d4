"""Secrets are a type: whatever prints one prints `(secret)`."""

from __future__ import annotations

import hmac
from typing import NoReturn

MASK = "(secret)"


class Secret:
    """A value that came from the environment or a file and leaves only in a request body, through `reveal`.

    One without a value stands for a source that is not set where the command runs: it can be planned with,
    never compared and never sent.
    """

    __slots__ = ("_source", "_value")

    def __init__(self, value: str | None, source: str = "") -> None:
        self._value = value
        self._source = source

    @property
    def is_set(self) -> bool:
        """Whether the source had a value."""
        return self._value is not None

    @property
    def source(self) -> str:
        """Where the value comes from, as a person would say it: `environment variable NAME`, `file PATH`."""
        return self._source

    def reveal(self) -> str:
        """The plain value. Call it where a request is rendered or a fingerprint is taken, nowhere else.

        Raises ValueError when the source has none.
        """
        if self._value is None:
            raise ValueError(f"the secret from {self._source} has no value")
        return self._value

    def __str__(self) -> str:
        return MASK

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        if self._value is None or other._value is None:
            return self._value is other._value
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash of a secret would be a weak copy of it

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not serialised")
