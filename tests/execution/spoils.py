"""What can go wrong with one write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from reconciler.model.errors import LostAnswerError, RejectedError, UnreachableError
from reconciler.model.tenant import Reply, Write

Spoil = Callable[[Write, Callable[[], Awaitable[Reply]]], Awaitable[Reply]]
"""Stands between a write and the tenant: calls the tenant or not, and answers or raises."""


def lost_before(retry_after: float | None = None) -> Spoil:
    async def spoil(_write: Write, _send: Callable[[], Awaitable[Reply]]) -> Reply:
        error = LostAnswerError("connection reset")
        error.retry_after = retry_after
        raise error

    return spoil


def lost_after() -> Spoil:
    async def spoil(_write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        await send()
        raise LostAnswerError("connection reset")

    return spoil


def unreachable() -> Spoil:
    async def spoil(_write: Write, _send: Callable[[], Awaitable[Reply]]) -> Reply:
        raise UnreachableError("throttled past all patience")

    return spoil


def rejected(status: int, code: str = "") -> Spoil:
    async def spoil(_write: Write, _send: Callable[[], Awaitable[Reply]]) -> Reply:
        raise RejectedError(f"{status} no", "ask nicely", status=status, code=code, request_id="r-1")

    return spoil


def slow(seconds: float) -> Spoil:
    async def spoil(_write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        await asyncio.sleep(seconds)
        return await send()

    return spoil


def answered_late(seconds: float) -> Spoil:
    async def spoil(_write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await send()
        await asyncio.sleep(seconds)
        return reply

    return spoil


def swallowed(status: int = 201) -> Spoil:
    async def spoil(_write: Write, _send: Callable[[], Awaitable[Reply]]) -> Reply:
        return Reply(status, {}, "r-2")

    return spoil


def without_id() -> Spoil:
    async def spoil(_write: Write, send: Callable[[], Awaitable[Reply]]) -> Reply:
        reply = await send()
        return Reply(reply.status, {}, reply.request_id)

    return spoil
