"""Every operation that the official clients declare on what the tenant serves, each tried by itself."""

from collections.abc import Awaitable
from typing import Any

import pytest

from tests.conformance.builders import Operation, at, operations
from tests.conformance.roots import ROOTS, Root
from tests.conformance.sdk import QUIETLY, ROOT, Sdk, driven


def _cases(roots: tuple[Root, ...]) -> list[Any]:
    return [pytest.param(version, root, id=f"{version}-{root.path}") for root in roots for version in root.versions]


CASES = _cases(ROOTS)
LISTS = _cases(tuple(root for root in ROOTS if "policies" not in root.path))
SERVED, NOWHERE, NO_METHOD = "served", "404", "405"
# Graph answers with an object where the clients expect a plain text.
UNREADABLE = "unreadable"

pytestmark = QUIETLY


def _all(outcome: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, outcome)


_PAGES = _all(
    NO_METHOD,
    *("POST {}/languages", "PATCH {}/languages/{}"),
    *("PUT {}/languages/{}/defaultPages/{}/$value", "DELETE {}/languages/{}/defaultPages/{}/$value"),
    *(
        f"{verb} {{}}/languages/{{}}/{place}"
        for pages in ("defaultPages", "overridesPages")
        for verb, place in (("POST", pages), ("PATCH", f"{pages}/{{}}"), ("DELETE", f"{pages}/{{}}"))
    ),
)
_STEP = "{}/apiConnectorConfiguration/"
_APPLICATION = "conditions/applications/includeApplications/{}"
_FLOWS_CAST = "graph.externalUsersSelfServiceSignUpEventsFlow"

# What the clients declare and no page of Graph docs describes: a change of what has none, pages that are fixed,
# connectors changed or deleted through a flow, an application that is nothing but its id, a policy that is always
# there. A cast of the collection of events flows leads nowhere on live tenants, and federations have no types to offer.
EXCEPTIONS: dict[str, dict[str, str]] = {
    "identity.b2x_user_flows": {
        **_PAGES,
        **_all(NO_METHOD, "PATCH {}", "DELETE {}/languages/{}"),
        **_all(UNREADABLE, f"GET {_STEP}postFederationSignup/$ref", f"GET {_STEP}postAttributeCollection/$ref"),
        **{
            name: outcome
            for step in ("postFederationSignup", "postAttributeCollection", "preTokenIssuance")
            for name, outcome in ((f"PATCH {_STEP}{step}", NO_METHOD), (f"DELETE {_STEP}{step}", NO_METHOD))
        },
    },
    "identity.b2c_user_flows": _PAGES,
    "identity.user_flows": _all(NO_METHOD, "PATCH {}"),
    "identity.authentication_events_flows": {
        **_all(NO_METHOD, f"PATCH {{}}/{_APPLICATION}", f"PATCH {{}}/{_FLOWS_CAST}/{_APPLICATION}"),
        **_all(NOWHERE, f"GET {_FLOWS_CAST}", f"GET {_FLOWS_CAST}/$count"),
    },
    "directory.federation_configurations": _all(NOWHERE, "GET availableProviderTypes()"),
    "policies.authentication_flows_policy": _all(NO_METHOD, "DELETE "),
    "policies.b2c_authentication_methods_policy": _all(NO_METHOD, "DELETE "),
}


class Furnished:
    """A client whose tenant is as it was first, however often something is tried."""

    def __init__(self, version: str, root: Root):
        self.sdk = Sdk(version, kind=root.kind, user_flows=True)
        self.keys = root.furnish(self.sdk.graph)
        self._root = root
        self._first = self.sdk.graph.tenant.dump()
        self.operations = list(operations(at(self.sdk.client, root.path), self.keys))

    def expected(self, operation: Operation) -> str:
        """What comes of an operation."""
        return EXCEPTIONS.get(self._root.path, {}).get(self.within(operation), SERVED)

    def reads(self) -> list[Operation]:
        """Every operation that reads and is served."""
        return [each for each in self.operations if each.verb == "get" and self.expected(each) != NOWHERE]

    def within(self, operation: Operation) -> str:
        """The name of an operation inside the root."""
        return f"{operation.verb.upper()} {operation.path.removeprefix(self.operations[0].path).lstrip('/')}"

    async def outcome(self, operation: Operation) -> str:
        """What comes of an operation that is tried on the tenant as it was first."""
        self.sdk.graph.tenant.load(self._first)
        try:
            await self._call(operation)
        except TypeError:
            return UNREADABLE
        except Exception as error:
            return str(getattr(error, "response_status_code", error))
        return SERVED

    def _call(self, operation: Operation) -> Awaitable[Any]:
        call, name = getattr(operation.builder, operation.verb), self.within(operation)
        given: tuple[Any, ...] = ()
        if name in self._root.bodies:
            given = (self._root.bodies[name](self.sdk, self.keys),)
        elif operation.verb in ("post", "patch", "put") and self.expected(operation) != SERVED:
            given = (self.sdk.new("Entity"),)
        elif operation.verb == "delete" and name.endswith("s/$ref"):
            linked = "by_identity_user_flow_attribute_id" if "attributes/" in name else "by_identity_provider_base_id"
            given = (
                self.sdk.query(operation.builder, "Delete", id=f"https://graph.microsoft.com/{self.keys[linked]}"),
            )
        answer: Awaitable[Any] = call(*given)
        return answer


@pytest.mark.parametrize(("version", "root"), CASES)
@driven
async def test_every_operation_is_answered(version: str, root: Root) -> None:
    """The client reads, writes and links everything that Graph documents; what is only declared is refused."""
    furnished = Furnished(version, root)
    found = {furnished.within(each): await furnished.outcome(each) for each in furnished.operations}
    assert found == {furnished.within(each): furnished.expected(each) for each in furnished.operations}
    told = {*EXCEPTIONS.get(root.path, {}), *root.bodies}
    assert {name for name in told - found.keys() if "preTokenIssuance" not in name} == set()


@pytest.mark.parametrize(("version", "root"), LISTS)
@driven
async def test_every_collection_has_pages(version: str, root: Root) -> None:
    """Followed one by one, the pages hold what the whole list holds, in its order."""
    furnished = Furnished(version, root)
    tenant = furnished.sdk.graph.tenant
    for operation in furnished.reads():
        if not hasattr(operation.builder, "count"):
            continue
        tenant.change_profile({"page_size": 100})
        whole = _keys(await operation.builder.get())
        tenant.change_profile({"page_size": 1})
        page = await operation.builder.get()
        seen = _keys(page)
        while page.odata_next_link:
            page = await operation.builder.with_url(page.odata_next_link).get()
            seen += _keys(page)
        assert (seen, len(seen) > 1) == (whole, True), operation.path


def _keys(page: Any) -> list[str]:
    return [getattr(each, "app_id", None) or each.id for each in page.value]


@pytest.mark.parametrize(("version", "root"), LISTS)
@driven
async def test_what_is_not_there_is_not_found(version: str, root: Root) -> None:
    """Whatever is read by a key nobody has is a 404 that the client understands."""
    furnished = Furnished(version, root)
    for operation in furnished.reads():
        if operation.path.endswith("/{}"):
            url = operation.builder.to_get_request_information().url.rpartition("/")[0]
            refusal = await furnished.sdk.refused(operation.builder.with_url(f"{ROOT}/{version}{url}/none").get())
            assert (refusal.status, refusal.code) == (404, "Request_ResourceNotFound"), operation.path


@pytest.mark.parametrize(("version", "root"), CASES)
@driven
async def test_every_read_can_be_batched(version: str, root: Root) -> None:
    """Twenty at a time, each is answered in the batch."""
    furnished = Furnished(version, root)
    informations = [each.builder.to_get_request_information() for each in furnished.reads()]
    for start in range(0, len(informations), 20):
        chunk = informations[start : start + 20]
        assert await furnished.sdk.batched(chunk) == [200] * len(chunk)
