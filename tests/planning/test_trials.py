"""Settings that Graph is asked to try out before they are saved."""

from __future__ import annotations

from reconciler.kinds import load_kinds
from reconciler.model.addresses import Address, Span
from reconciler.model.links import Version
from reconciler.model.live import Need, Unknown
from reconciler.model.plans import Upload
from reconciler.model.problems import Severity
from reconciler.model.resources import Resource
from reconciler.planning.inquiries import doubts, trials, verdict

HERE = Span("manifests.yaml", 1, 1)
ENDPOINT = {"type": "httpRequestEndpoint", "targetUrl": "https://events.contoso.com/claims"}
SIGN_IN = {"type": "azureAdTokenAuthentication", "resourceId": "api://events.contoso.com/app"}
WHOLE = {
    "displayName": "claims",
    "endpointConfiguration": ENDPOINT,
    "authenticationConfiguration": SIGN_IN,
}
CLAIMS = Address("CustomAuthenticationExtension", "claims")


def test_an_extension_is_tried_out_by_its_address_and_its_sign_in() -> None:
    """Graph is sent the two members that it can try, each with its type, and nothing else."""
    ((tried, write),) = trials([Resource(CLAIMS, HERE, properties=WHOLE)], load_kinds())
    assert tried.address == CLAIMS
    assert (write.method, write.path) == (
        "POST",
        "identity/customAuthenticationExtensions/validateAuthenticationConfiguration",
    )
    assert write.body == {
        "endpointConfiguration": {
            "@odata.type": "#microsoft.graph.httpRequestEndpoint",
            "targetUrl": "https://events.contoso.com/claims",
        },
        "authenticationConfiguration": {
            "@odata.type": "#microsoft.graph.azureAdTokenAuthentication",
            "resourceId": "api://events.contoso.com/app",
        },
    }


def test_what_cannot_be_tried_out_is_not() -> None:
    """No request is made for half of the settings, for what should be absent, and for other kinds."""
    half = Resource(CLAIMS, HERE, properties={"endpointConfiguration": ENDPOINT})
    absent = Resource(CLAIMS, HERE, present=False, properties=WHOLE)
    other = Resource(Address("UserFlowAttribute", "Shoe"), HERE, properties={"displayName": "Shoe"})
    assert list(trials([half, absent, other], load_kinds())) == []


def test_what_graph_found_is_told_with_its_code() -> None:
    """Errors are errors, warnings are warnings, each in Graph's words; an answer without either says nothing."""
    resource = Resource(CLAIMS, HERE, properties=WHOLE)
    answer = {
        "errors": [{"code": "DomainNameDoesNotMatch", "message": "The host differs."}],
        "warnings": [{"code": "PermissionNotGrantedToServicePrincipal", "message": "Consent is missing."}],
    }
    found = list(verdict(resource, answer))
    assert [each.severity for each in found] == [Severity.ERROR, Severity.WARNING]
    assert "DomainNameDoesNotMatch: The host differs." in found[0].message
    assert found[0].about == CLAIMS
    assert list(verdict(resource, {"errors": [], "warnings": None})) == []


def test_what_graph_does_not_say_of_its_own_texts_is_no_matter() -> None:
    """A page of Graph's own that cannot be read keeps nobody from writing an override."""
    action = Upload(address=Address("B2cUserFlow", "C"), link="languages.en", path="p", version=Version.BETA, body={})
    assert list(doubts({Need("p"): action}, {Need("p"): Unknown("503")})) == []
