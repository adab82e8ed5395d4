"""The official client of one API version, speaking to a tenant in process through its own middleware.

The clients are loaded by name: they are far too large to be read by a type checker along with the rest.
"""

import asyncio
import functools
import importlib
import re
from collections.abc import Awaitable, Callable, Iterable
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx
import pytest

from reconciler.emulator import App, EmbeddedTransport, Profile
from tests.emulator.embedded import TOKEN, Graph

# The clients warn about code of their own.
QUIETLY = pytest.mark.filterwarnings("ignore::DeprecationWarning")
PACKAGES = {"v1.0": "msgraph", "beta": "msgraph_beta"}
ROOT = "https://graph.embedded"


class Refusal(NamedTuple):
    """What the client made of an error."""

    status: int
    code: str


class Sdk:
    """One client and its tenant."""

    def __init__(self, version: str, **profile: Any):
        self.version = version
        self.generated = f"{PACKAGES[version]}.generated"
        self.graph = Graph(profile=Profile(**profile))
        package = importlib.import_module(PACKAGES[version])
        self.adapter = package.GraphRequestAdapter(_bearer(), client=_client(self.graph.app))
        self.client = package.GraphServiceClient(request_adapter=self.adapter)
        self.adapter.base_url = f"{ROOT}/{version}"
        self.identity = self.client.identity

    def new(self, model: str, **members: Any) -> Any:
        """A model by its name, such as ``SocialIdentityProvider``."""
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", model).lower()
        module = f"{self.generated}.models.{snake.replace('b2_x', 'b2x').replace('b2_c', 'b2c')}"
        return getattr(importlib.import_module(module), model)(**members)

    def enum(self, model: str, member: str) -> Any:
        """A member of an enumeration."""
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", model).lower()
        return getattr(getattr(importlib.import_module(f"{self.generated}.models.{snake}"), model), member)

    def body(self, path: str, name: str, **members: Any) -> Any:
        """The body of an action."""
        snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        return getattr(importlib.import_module(f"{self.generated}.{path}.{snake}"), name)(**members)

    def query(self, builder: Any, verb: str = "Get", **parameters: Any) -> Any:
        """The request configuration that gives a builder's GET, or another, these query parameters."""
        kind = type(builder)
        wanted = getattr(kind, f"{kind.__name__}{verb}QueryParameters")(**parameters)
        configuration = importlib.import_module("kiota_abstractions.base_request_configuration").RequestConfiguration
        return configuration(query_parameters=wanted)

    def reference(self, path: str) -> Any:
        """The body that adds a reference."""
        return self.new("ReferenceCreate", odata_id=f"{ROOT}/{self.version}/{path}")

    def replacement(self, path: str) -> Any:
        """The body that sets a single reference."""
        return self.new("ReferenceUpdate", odata_id=f"{ROOT}/{self.version}/{path}")

    async def batched(self, informations: Iterable[Any]) -> list[int]:
        """The statuses of requests that are sent as one batch, in their order."""
        requests = "msgraph_core.requests.batch_request"
        kind = importlib.import_module(f"{requests}_item").BatchRequestItem
        content = importlib.import_module(f"{requests}_content").BatchRequestContent()
        items = []
        for information in informations:
            information.path_parameters["baseurl"] = self.adapter.base_url
            items.append(kind(request_information=information))
            content.add_request(items[-1].id, items[-1])
        builder = importlib.import_module(f"{requests}_builder").BatchRequestBuilder(request_adapter=self.adapter)
        statuses = (await builder.post(content)).get_response_status_codes()
        return [statuses[each.id] for each in items]

    async def refused(self, call: Awaitable[Any]) -> Refusal:
        """The refusal that a call ends with."""
        try:
            await call
        except Exception as error:
            found: Any = error
            return Refusal(found.response_status_code, found.error.code)
        raise AssertionError("the call was not refused")


def ids(answer: Any) -> list[str]:
    """The ids in a collection."""
    return [each.id for each in answer.value]


def driven(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Let a test be a coroutine: the clients are asynchronous."""

    @functools.wraps(test)
    def run(*given: Any, **named: Any) -> None:
        asyncio.run(_run(test, *given, **named))

    return run


async def _run(test: Callable[..., Awaitable[None]], *given: Any, **named: Any) -> None:
    await test(*given, **named)


def _bearer() -> Any:
    authentication = importlib.import_module("kiota_abstractions.authentication")

    async def token(_uri: str, _context: Any = None) -> str:
        return TOKEN

    hosts = authentication.AllowedHostsValidator([])
    provider = SimpleNamespace(get_authorization_token=token, get_allowed_hosts_validator=lambda: hosts)
    return authentication.BaseBearerTokenAuthenticationProvider(provider)


def _client(app: App) -> Any:
    factory = importlib.import_module("msgraph_core").GraphClientFactory
    return factory.create_with_default_middleware(client=httpx.AsyncClient(transport=EmbeddedTransport(app)))
