"""Reads: batches, pages, and the three answers."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from reconciler.model.kinds import Version
from reconciler.model.live import Absent, Answer, Need, Present, Unknown
from reconciler.model.outcomes import Requests
from tests.msgraph.support import ROOT, Server, batched, items_of, no, ok


def one(server: Server, need: Need, **options: Any) -> Answer:
    return server.run(lambda graph: graph.read([need]), **options)[need]


def why(answer: Answer) -> str:
    assert isinstance(answer, Unknown)
    return answer.reason


def test_one_need_is_one_plain_request() -> None:
    """A single need costs one GET, below the version it names, with its query as it was written."""
    server = Server(ok({"id": "x"}))
    need = Need("identity/b2xUserFlows/a%2Fb?$filter=displayName eq 'o''x'", Version.BETA)
    assert one(server, need) == Present({"id": "x"})
    (request,) = server.seen
    assert request.method == "GET"
    assert request.url.raw_path == b"/beta/identity/b2xUserFlows/a%2Fb?$filter=displayName%20eq%20'o''x'"


def test_a_path_too_long_for_any_url_is_unknown() -> None:
    """Alone or beside others: what cannot be asked for stops nobody."""
    endless = Need(f"identity/b2xUserFlows/{'x' * 70_000}")
    assert "is not a URL" in why(one(Server(ok({})), endless))
    server = Server(ok({"id": "x"}))
    answers = server.run(lambda graph: graph.read([endless, Need("x")]))
    assert ("is not a URL" in why(answers[endless]), answers[Need("x")]) == (True, Present({"id": "x"}))


def test_many_needs_travel_in_batches_of_twenty_of_one_version() -> None:
    """Forty-five needs of v1.0 and two of beta are four HTTP requests and forty-seven logical ones."""
    server = Server(batched(lambda url: {"status": 200, "body": {"url": url}}))
    needs = [Need(f"identity/x{number}?$top=1") for number in range(45)]
    needs += [Need("identity/y", Version.BETA), Need("identity/z", Version.BETA)]

    async def talk(graph: Any) -> Any:
        return await graph.read([*needs, needs[0]]), graph.requests

    answers, requests = server.run(talk)
    assert set(answers) == set(needs)
    assert answers[needs[7]] == Present({"url": "/identity/x7?$top=1"})
    assert requests == Requests(logical=47, http=4)
    assert sorted(len(items_of(each)) for each in server.seen) == [2, 5, 20, 20]
    assert {each.url.path for each in server.seen} == {"/v1.0/$batch", "/beta/$batch"}


def test_nothing_needed_is_nothing_sent() -> None:
    """An empty project does not talk to Graph."""
    server = Server(ok())
    assert server.run(lambda graph: graph.read([])) == {}
    assert server.seen == []


def test_a_batch_is_never_larger_than_the_quota_of_a_minute() -> None:
    """With three requests a minute a batch has three items, and the next waits its minute."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    server.run(lambda graph: graph.read([Need(f"x{number}") for number in range(6)]), limit=3)
    assert [len(items_of(each)) for each in server.seen] == [3, 3]
    assert server.gaps == [60.0]


def test_progress_is_told_as_answers_come() -> None:
    """The person who waits sees how many of how many objects are known."""
    heard: list[tuple[int, int]] = []
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    server.run(lambda graph: graph.read([Need("a"), Need("b")]), progress=lambda *state: heard.append(state))
    assert heard == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (ok({"id": "x"}), Present({"id": "x"})),
        (no(404), Absent()),
        (httpx.Response(204), Absent()),
    ],
)
def test_what_is_there_and_what_is_not_is_known(answer: httpx.Response, expected: Answer) -> None:
    """An object is present, a 404 and a navigation to nothing are absent."""
    assert one(Server(answer), Need("x")) == expected


def test_a_route_that_does_not_exist_says_nothing_about_objects() -> None:
    """A tenant whose cloud lacks a resource is not taken for a tenant without objects."""
    message = json.dumps({"message": "No HTTP resource was found that matches the request URI 'x'."})
    reason = why(one(Server(no(404, "UnknownError", message)), Need("x", collection=True)))
    assert reason.startswith("404 Not Found: UnknownError: No HTTP resource was found")
    assert "does not offer that resource" in reason


@pytest.mark.parametrize("status", [400, 401, 402, 403, 405, 409, 410, 423, 501, 507, 418, 599])
def test_a_refused_read_is_unknown_never_absent(status: int) -> None:
    """What Graph refuses to show is not planned as if it were not there."""
    answer = one(Server(no(status, "Code", "Words.")), Need("x"))
    assert isinstance(answer, Unknown)
    assert answer.code == "Code"
    assert answer.reason.startswith(str(status))


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"text"', b"<html></html>", b"\xff\xfe", b"[" * 100_000])
def test_a_broken_body_is_unknown_after_a_few_attempts(body: bytes) -> None:
    """An answer cut off in the middle is asked for again, and then the object is unknown."""
    server = Server(httpx.Response(200, content=body))
    assert why(one(server, Need("x"))) == "broken answer: not a JSON object"
    assert len(server.seen) == 5


def test_a_body_that_heals_is_present() -> None:
    """One broken answer on the way does not spoil a plan."""
    assert one(Server(httpx.Response(200, content=b"{"), ok({"id": "x"})), Need("x")) == Present({"id": "x"})


def test_a_body_that_cannot_be_unpacked_is_asked_for_again() -> None:
    """A compressed answer that is none is a fault on the way, not an answer."""

    def bad(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Garbage())

    assert one(Server(bad, ok({"id": "x"})), Need("x")) == Present({"id": "x"})


class Garbage(httpx.AsyncByteStream):
    async def __aiter__(self) -> Any:
        yield b"not gzip"


def test_a_nest_without_end_is_broken() -> None:
    """An answer nested deeper than anybody looks does not end the run."""
    nested: dict[str, Any] = {}
    for _ in range(400):
        nested = {"a": [nested]}
    assert why(one(Server(ok(nested)), Need("x"))) == "broken answer: objects within objects without end"


def test_all_pages_of_a_collection_are_one_answer() -> None:
    """A collection of three pages, one of them empty, is one list."""
    server = Server(
        ok({"value": [{"id": "1"}], "@odata.nextLink": f"{ROOT}/v1.0/x?$skiptoken=a%2Bb'c"}),
        ok({"value": [], "@odata.nextLink": f"{ROOT}/v1.0/x?$skiptoken=2"}),
        ok({"value": [{"id": "2"}]}),
    )
    assert one(server, Need("x", collection=True)) == Present([{"id": "1"}, {"id": "2"}])
    assert server.seen[1].url.raw_path == b"/v1.0/x?$skiptoken=a%2Bb'c"


def test_pages_after_the_first_are_fetched_outside_the_batch() -> None:
    """A collection read in a batch goes on with plain requests."""

    def answer(url: str) -> dict[str, Any]:
        more = {} if "skip" in url else {"@odata.nextLink": f"{ROOT}/v1.0{url}?$skip=1"}
        return {"status": 200, "body": {"value": [{"url": url}], **more}}

    server = Server(batched(answer))
    needs = [Need("a", collection=True), Need("b", collection=True)]
    assert server.run(lambda graph: graph.read(needs))[needs[1]] == Present([{"url": "/b"}, {"url": "/b?$skip=1"}])
    assert sorted(each.url.path for each in server.seen) == ["/v1.0/$batch", "/v1.0/a", "/v1.0/b"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "a collection without a list 'value'"),
        ({"value": {}}, "a collection without a list 'value'"),
        ({"value": [1]}, "a collection with items that are no objects"),
    ],
)
def test_a_collection_that_is_none_is_unknown(body: Any, reason: str) -> None:
    """A body without a list is never an empty collection, from which everything would be created again."""
    assert why(one(Server(ok(body)), Need("x", collection=True))) == f"broken answer: {reason}"


def test_a_member_that_goes_on_elsewhere_is_not_taken_for_the_whole() -> None:
    """An expanded member cut off after its first page does not read as detached."""
    body = {"value": [{"id": "f", "identityProviders": [], "identityProviders@odata.nextLink": "…"}]}
    reason = why(one(Server(ok(body)), Need("x", collection=True)))
    assert reason == "broken answer: only a part of 'identityProviders' was sent"


def test_pages_in_a_circle_end() -> None:
    """A server that names the same next page again does not hold a run for ever."""
    server = Server(ok({"value": [], "@odata.nextLink": f"{ROOT}/v1.0/x"}))
    assert "in a circle" in why(one(server, Need("x", collection=True)))
    assert len(server.seen) == 1


def test_pages_without_end_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that always has another page is given up."""
    monkeypatch.setattr("reconciler.msgraph.reads.PAGES", 7)

    def page(_: httpx.Request) -> httpx.Response:
        return ok({"value": [], "@odata.nextLink": f"{ROOT}/v1.0/x?$skip={len(server.seen)}"})

    server = Server(page)
    assert "never end" in why(one(server, Need("x", collection=True)))
    assert len(server.seen) == 7


@pytest.mark.parametrize("last", [no(404), no(403), no(500), httpx.Response(302), httpx.Response(200, content=b"{")])
def test_a_collection_whose_later_page_fails_is_unknown(last: httpx.Response) -> None:
    """Half a collection is no collection, and a page that is gone does not make it absent."""
    server = Server(ok({"value": [{"id": "1"}], "@odata.nextLink": f"{ROOT}/v1.0/x?p=2"}), last)
    assert isinstance(one(server, Need("x", collection=True)), Unknown)


def test_a_collection_whose_later_page_is_never_answered_is_unknown() -> None:
    """A connection lost between two pages makes the collection unknown."""
    server = Server(ok({"value": [], "@odata.nextLink": f"{ROOT}/v1.0/x?p=2"}), httpx.ReadError("gone"))
    assert why(one(server, Need("x", collection=True), max_wait=5)).startswith("gone")


def test_a_collection_that_is_not_there_is_absent() -> None:
    """The sub-collection of an object that is gone is absent."""
    assert one(Server(no(404)), Need("x", collection=True)) == Absent()


def test_items_of_a_batch_are_answered_one_by_one() -> None:
    """One forbidden object does not make its neighbours unknown."""
    statuses = {"/a": 200, "/b": 403, "/c": 404}
    server = Server(batched(lambda url: {"status": statuses[url], "body": {"id": url} if url == "/a" else None}))
    answers = server.run(lambda graph: graph.read([Need("a"), Need("b"), Need("c")]))
    assert answers[Need("a")] == Present({"id": "/a"})
    assert why(answers[Need("b")]).startswith("403 Forbidden; the app registration lacks the permission")
    assert answers[Need("c")] == Absent()


def test_throttled_items_are_asked_again_no_sooner_than_wanted() -> None:
    """Items answered 429 come back in a later batch after the longest of their waits; the rest is not asked again."""
    tries: dict[str, int] = {}

    def answer(url: str) -> dict[str, Any]:
        tries[url] = tries.get(url, 0) + 1
        if url != "/a" and tries[url] == 1:
            return {"status": 429, "headers": {"retry-after": url[1:]}, "body": {"error": {"code": "Too"}}}
        return {"status": 200, "body": {"url": url}}

    server = Server(batched(answer))
    answers = server.run(lambda graph: graph.read([Need("a"), Need("7"), Need("19")]))
    assert all(isinstance(found, Present) for found in answers.values())
    assert tries == {"/a": 1, "/7": 2, "/19": 2}
    assert server.gaps == [19.0]


def test_a_throttled_item_left_alone_is_asked_again_by_itself() -> None:
    """A batch of one is a plain request."""
    tries: list[str] = []

    def answer(url: str) -> dict[str, Any]:
        tries.append(url)
        return {"status": 503 if tries == ["/a", "/b"] else 200, "body": {}}

    server = Server(batched(answer))
    server.run(lambda graph: graph.read([Need("a"), Need("b")]))
    assert [each.method for each in server.seen] == ["POST", "GET"]
    assert server.gaps == [1.0]


def test_an_item_that_may_not_be_asked_in_time_is_unknown_at_once() -> None:
    """A wait of an hour is not waited for, and the neighbour's short one is not prolonged by it."""
    tries: list[str] = []

    def answer(url: str) -> dict[str, Any]:
        tries.append(url)
        if url == "/a" or (url == "/b" and tries.count(url) == 1):
            return {"status": 429, "headers": {"Retry-After": "3600" if url == "/a" else "2"}}
        return {"status": 200, "body": {}}

    server = Server(batched(answer))
    answers = server.run(lambda graph: graph.read([Need("a"), Need("b")]), max_wait=60)
    assert why(answers[Need("a")]).startswith("429 Too Many Requests; the app and tenant have used up their quota")
    assert answers[Need("b")] == Present({})
    assert server.gaps == [2.0]


def test_items_that_keep_failing_are_unknown_in_the_end() -> None:
    """Server errors of items are repeated a few times, then told."""
    server = Server(batched(lambda _: {"status": 500, "body": {"error": {"code": "Oops", "message": "m"}}}))
    answers = server.run(lambda graph: graph.read([Need("a"), Need("b")]))
    assert {why(each) for each in answers.values()} == {"500 Internal Server Error: Oops: m"}
    assert server.gaps == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    "responses",
    [
        None,
        {},
        [],
        [3],
        [{"status": 200}],
        [{"id": "1", "status": "200"}, {"id": "2", "status": True}],
        [{"id": "1", "status": 200, "body": {}}] * 2,
    ],
)
def test_a_batch_with_missing_or_doubled_items_is_repeated_then_unknown(responses: Any) -> None:
    """What a batch does not say, or says twice, is not known."""

    def script(request: httpx.Request) -> httpx.Response:
        return ok({"responses": responses}) if request.method == "POST" else no(500)

    server = Server(script)
    answers = server.run(lambda graph: graph.read([Need("a"), Need("b")]))
    assert all("without this item, or with it twice" in why(each) for each in answers.values())
    assert len(server.seen) == 5


def test_a_missing_item_is_read_alone_in_the_end() -> None:
    """An item that its batch forgot is asked for by itself."""

    def script(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return ok({"id": "b"})
        return ok(
            {"responses": [{"id": "1", "status": 200, "headers": [], "body": {"id": "a"}}, {"id": "9", "status": 200}]}
        )

    answers = Server(script).run(lambda graph: graph.read([Need("a"), Need("b")]))
    assert answers == {Need("a"): Present({"id": "a"}), Need("b"): Present({"id": "b"})}


def test_a_broken_item_in_a_good_batch_is_unknown_alone() -> None:
    """A collection that is none spoils itself only."""
    server = Server(batched(lambda url: {"status": 200, "body": {"value": [] if url == "/a" else "x"}}))
    needs = [Need("a", collection=True), Need("b", collection=True)]
    answers = server.run(lambda graph: graph.read(needs))
    assert answers[needs[0]] == Present([])
    assert why(answers[needs[1]]).startswith("broken answer")


def test_a_stream_in_a_batch_is_unpacked() -> None:
    """Page content, which a batch carries as base64url text, reads like any JSON."""
    text = base64.urlsafe_b64encode(json.dumps({"LocalizedStrings": ["ü?>"]}).encode()).decode().rstrip("=")
    server = Server(batched(lambda url: {"status": 200, "body": text if url == "/a" else "%%%"}))
    answers = server.run(lambda graph: graph.read([Need("a"), Need("b")]))
    assert answers[Need("a")] == Present({"LocalizedStrings": ["ü?>"]})
    assert why(answers[Need("b")]) == "broken answer: not a JSON object"


@pytest.mark.parametrize("status", [400, 404, 405, 413, 501])
def test_a_server_without_batches_is_read_one_by_one(status: int) -> None:
    """A gateway that takes no batch costs one attempt, and is not asked to again."""

    def script(request: httpx.Request) -> httpx.Response:
        return no(status) if request.method == "POST" else ok({"path": request.url.path})

    server = Server(script)

    async def talk(graph: Any) -> Any:
        return await graph.read([Need("a"), Need("b")]), await graph.read([Need("c"), Need("d")])

    first, second = server.run(talk)
    assert first[Need("a")] == Present({"path": "/v1.0/a"})
    assert second[Need("d")] == Present({"path": "/v1.0/d"})
    assert [each.method for each in server.seen].count("POST") == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (no(403, "AADB2C", "No."), "403 Forbidden: AADB2C: No."),
        (no(503), "503 Service Unavailable"),
        (httpx.ReadTimeout("slow"), "no answer in time: slow"),
        (httpx.Response(200, content=b"{"), "broken answer: a batch that is not a JSON object"),
        (httpx.Response(307, headers={"Location": "https://elsewhere.example/"}), "redirect was refused"),
    ],
)
def test_a_batch_that_fails_as_a_whole_makes_its_needs_unknown(answer: Any, words: str) -> None:
    """Whatever happens to a batch, every need in it has an answer."""
    answers = Server(answer).run(lambda graph: graph.read([Need("a"), Need("b")]), max_wait=100)
    assert len(answers) == 2
    assert all(words in why(each) for each in answers.values())


def test_reads_that_do_not_fit_before_the_deadline_are_unknown() -> None:
    """With two requests a minute and half a minute of patience, two needs are read and the rest is unknown."""
    server = Server(batched(lambda _: {"status": 200, "body": {}}))
    answers = server.run(lambda graph: graph.read([Need(str(n)) for n in range(6)]), limit=2, max_wait=30)
    assert [type(each) for each in answers.values()].count(Present) == 2
    assert "out of patience: 30 seconds" in why(answers[Need("5")])


def test_patience_that_ends_while_pages_are_read_keeps_the_answers_so_far() -> None:
    """An item that would have been asked again has the answer it got when the time runs out meanwhile."""

    async def slow() -> httpx.Response:
        await server.clock.sleep(25)
        return ok({"value": [{}]})

    def script(request: httpx.Request) -> Any:
        if request.method == "GET":
            return slow()
        link = {"value": [], "@odata.nextLink": f"{ROOT}/v1.0/a?p=2"}
        return ok(
            {
                "responses": [
                    {"id": "1", "status": 200, "body": link},
                    {"id": "2", "status": 429, "headers": {"Retry-After": "20"}, "body": {}},
                ]
            }
        )

    server = Server(script)
    needs = [Need("a", collection=True), Need("b", collection=True)]
    answers = server.run(lambda graph: graph.read(needs), max_wait=30)
    assert answers[needs[0]] == Present([{}])
    assert why(answers[needs[1]]).startswith("429")


@pytest.mark.parametrize("path", ["identity/../users", "identity/%2E%2e", "x/./y", "a\nb"])
def test_a_path_that_climbs_is_never_sent(path: str) -> None:
    """An object named `..` does not turn a request for it into one for something else."""
    server = Server(ok())
    answers = server.run(lambda graph: graph.read([Need(path), Need("fine")]))
    assert why(answers[Need(path)]).startswith("refused: the path")
    assert answers[Need("fine")] == Present({})
    assert len(server.seen) == 1


def test_what_the_tool_is_can_be_seen_by_the_server() -> None:
    """Requests name the tool, and carry an id of their own that repeats keep."""
    server = Server(no(503), ok(), ok())

    async def talk(graph: Any) -> None:
        await graph.read([Need("a")])
        await graph.read([Need("a")])

    server.run(talk)
    ids = [each.headers["client-request-id"] for each in server.seen]
    assert ids[0] == ids[1] != ids[2]
    assert {each.headers["user-agent"] for each in server.seen} == {"reconciler/0.0-test"}
