"""The control endpoints: the record of requests, the faults, the profile, a fresh start. Not part of Graph."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from reconciler.emulator.errors import GraphError
from reconciler.emulator.exchange import read_json
from reconciler.emulator.faults import FaultDice, Faults
from reconciler.emulator.front import Front

Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(front: Front) -> list[Route]:
    """The routes under ``/emulator``, each asking for the token."""

    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            front.tenant.clear_requests()
            return Response(status_code=204)
        return JSONResponse({"value": front.tenant.requests()})

    async def faults(request: Request) -> Response:
        if request.method == "PUT":
            front.dice = FaultDice(Faults.from_json(await _json(request)))
        elif request.method == "DELETE":
            front.dice = FaultDice()
        return JSONResponse(front.dice.faults.to_json())

    async def profile(request: Request) -> Response:
        if request.method == "PUT":
            front.tenant.change_profile(await _object(request))
        return JSONResponse(front.tenant.profile.to_json())

    async def reset(request: Request) -> Response:  # noqa: ARG001 - the signature of every endpoint
        front.tenant.reset()
        return Response(status_code=204)

    return [
        Route("/requests", _guarded(front, requests), methods=["GET", "DELETE"]),
        Route("/faults", _guarded(front, faults), methods=["GET", "PUT", "DELETE"]),
        Route("/profile", _guarded(front, profile), methods=["GET", "PUT"]),
        Route("/reset", _guarded(front, reset), methods=["POST"]),
    ]


def _guarded(front: Front, endpoint: Endpoint) -> Endpoint:
    async def guarded(request: Request) -> Response:
        if not front.admits(request.headers.get("authorization", "")):
            return _error(401, "InvalidAuthenticationToken", "The control endpoints ask for the emulator's token.")
        try:
            return await endpoint(request)
        except ValueError as error:
            return _error(400, "BadRequest", str(error))

    return guarded


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status)


async def _json(request: Request) -> Any:
    try:
        return read_json(await request.body())
    except GraphError as error:
        raise ValueError(error.message) from error


async def _object(request: Request) -> dict[str, Any]:
    body = await _json(request)
    if not isinstance(body, dict):
        raise ValueError("the profile is a JSON object")  # noqa: TRY004 - answered as a 400
    return body
