"""Query options and pages."""

import pytest

from reconciler.emulator import Profile
from tests.emulator.embedded import FLOW, Graph, error

ATTRIBUTES = "identity/userFlowAttributes"
PROVIDERS = "identity/identityProviders"


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("id eq 'CITY'", ["city"]),
        ("displayName eq 'Display name'", ["displayName"]),
        ("userFlowAttributeType ne 'builtIn'", []),
        ("not (dataType eq 'string')", []),
        ("id eq 'city' or id eq 'state' and dataType ne 'string'", ["city"]),
        ("(id eq 'city' or id eq 'state') and dataType eq 'string'", ["city", "state"]),
        ("startswith(id, 'email')", ["email", "emailReadonly"]),
        ("displayName eq 'it''s'", []),
        ("displayName eq null", []),
        ("displayName eq 1.5", []),
        ("displayName eq true", []),
    ],
)
def test_lists_are_filtered(graph: Graph, clause: str, found: list[str]) -> None:
    """Equality, its absence, connectives and prefixes work, without regard to case."""
    answer = graph.get(ATTRIBUTES, params={"$filter": clause})
    assert [each["id"] for each in answer.json()["value"]] == found
    assert graph.get(f"{ATTRIBUTES}/$count", params={"$filter": clause}).text == str(len(found))


@pytest.mark.parametrize(
    "clause",
    [
        *(
            "",
            "id",
            "id eq",
            "id gt 'a'",
            "description eq 'x'",
            "'a' eq id",
            "id eq 'a' id",
            "id eq city",
            "(id eq 'a'",
        ),
        *("startswith(id, 1)", "startswith(id 'a')", "id eq 'open", "not", "(" * 60 + "id eq 'a'" + ")" * 60),
    ],
)
def test_filters_graph_does_not_document_are_refused(graph: Graph, clause: str) -> None:
    """An unknown property, operator or broken syntax is a 400, never a guess."""
    assert error(graph.get(ATTRIBUTES, params={"$filter": clause})) == (400, "BadRequest")


def test_languages_and_connectors_are_filtered(graph: Graph) -> None:
    """By what is documented or in use: whether a language is enabled, how a connector is called."""
    graph.flow()
    graph.connector("One")
    graph.connector("Two")
    assert graph.value(f"{FLOW}/languages?$filter=isEnabled eq false") == []
    assert [each["displayName"] for each in graph.value("identity/apiConnectors?$filter=displayName eq 'two'")] == [
        "Two"
    ]


def test_select_leaves_the_rest_out(graph: Graph) -> None:
    """In lists and single entities; an unknown name is refused."""
    listed = graph.get(f"{ATTRIBUTES}?$select=id,displayname&$top=1").json()
    assert listed["@odata.context"].endswith("$metadata#userFlowAttributes(id,displayname)")
    assert listed["value"] == [{"id": "city", "displayName": "City"}]
    kind = "#microsoft.graph.builtInIdentityProvider"
    assert graph.value(f"{PROVIDERS}?$select=id")[0] == {"@odata.type": kind, "id": "AADSignup-OAUTH"}
    assert graph.get(f"{PROVIDERS}/AADSignup-OAUTH?$select=displayName").json()["displayName"]
    assert error(graph.get(f"{ATTRIBUTES}?$select=colour")) == (400, "BadRequest")
    assert "id" in graph.get(f"{ATTRIBUTES}?$select=*").json()["value"][0]


def test_lists_are_ordered(graph: Graph) -> None:
    """By one or more properties, either way."""
    assert graph.ids(f"{ATTRIBUTES}?$orderby=displayName desc&$top=2") == ["surname", "streetAddress"]
    assert graph.ids(f"{ATTRIBUTES}?$orderby=dataType, id desc&$top=1") == ["surname"]
    for clause in ("colour", "id sideways"):
        assert error(graph.get(f"{ATTRIBUTES}?$orderby={clause}")) == (400, "BadRequest")


def test_pages_follow_each_other_by_their_links(graph: Graph) -> None:
    """Every link is absolute, keeps the query, and the last page has none."""
    url, seen = f"{ATTRIBUTES}?$top=4&$select=id&$filter=id ne 'city'&$count=true", []
    while url:
        answer = graph.get(url).json()
        assert answer["@odata.count"] == 10
        seen.append([each["id"] for each in answer["value"]])
        url = answer.get("@odata.nextLink", "")
        assert not url or url.startswith(f"https://graph.embedded/v1.0/{ATTRIBUTES}?$top=4&$select=id&$filter=")
    assert [len(page) for page in seen] == [4, 4, 2]
    assert [each for page in seen for each in page] == [each for each in graph.ids(ATTRIBUTES) if each != "city"]


def test_the_tenant_decides_how_long_a_page_is() -> None:
    """Without $top, or with a larger one, the tenant's own page size holds."""
    graph = Graph(profile=Profile(page_size=3))
    assert len(graph.value(ATTRIBUTES)) == len(graph.value(f"{ATTRIBUTES}?$top=50")) == 3
    assert graph.ids(f"{ATTRIBUTES}?$skip=9") == ["streetAddress", "surname"]


@pytest.mark.parametrize(
    "query",
    [
        *("$top=0", "$top=1000", "$top=many", "$top=-1", "$skip=x", "$count=perhaps", "$search=city", "$unknown=1"),
        *("$skiptoken=%3F", "$skiptoken=YWJj", "$top=1&$top=2", "$expand=nothing", "$expand=a(b", "$expand=a($top=1)"),
    ],
)
def test_options_that_make_no_sense_are_refused(graph: Graph, query: str) -> None:
    """A malformed or unsupported option is a 400."""
    assert graph.get(f"{ATTRIBUTES}?{query}").status_code == 400


def test_the_dollar_may_be_left_out_in_beta(graph: Graph) -> None:
    """Only there; elsewhere it is a parameter of no meaning."""
    assert len(graph.value(f"{ATTRIBUTES}?top=2", version="beta")) == 2
    assert len(graph.value(f"{ATTRIBUTES}?top=2&colour=red")) > 2


def test_counts_are_plain_text(graph: Graph) -> None:
    """As a number and nothing else."""
    answer = graph.get(f"{PROVIDERS}/$count")
    assert (answer.text, answer.headers["content-type"]) == ("3", "text/plain")
