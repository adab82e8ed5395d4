"""Custom authentication extensions: endpoints the service calls when something happens during sign-in or sign-up."""

import re
from urllib.parse import urlsplit

from reconciler.emulator.call import Call, Place, Reply
from reconciler.emulator.errors import invalid
from reconciler.emulator.schema import INTEGER, Complex, EntitySet, EntityType, Hooks, Many, Operation, Prop, Shape
from reconciler.emulator.store import Doc
from reconciler.emulator.values import accept

EXTENSIONS = "identity/customAuthenticationExtensions"
MAX_EXTENSIONS = 100  # Graph docs: Create customAuthenticationExtension
GLOBAL = frozenset({"global"})
GOVERNMENT = frozenset({"usgov", "usgov-dod"})

HTTP = Shape("httpRequestEndpoint", (Prop("targetUrl", required=True),))
LOGIC_APP = Shape(
    "logicAppTriggerEndpointConfiguration",
    (
        Prop("subscriptionId", required=True),
        Prop("resourceGroupName", required=True),
        Prop("logicAppWorkflowName", required=True),
        Prop("url"),
    ),
)
TOKEN = Shape("azureAdTokenAuthentication", (Prop("resourceId", required=True),))
PROOF = Shape("azureAdPopTokenAuthentication", ())
CLIENT = Shape(
    "customExtensionClientConfiguration",
    (Prop("timeoutInMilliseconds", INTEGER, default=1000), Prop("maximumRetries", INTEGER, default=1)),
)
ON_ERROR = Complex((Shape("customExtensionBehaviorOnError", ()), Shape("fallbackToMicrosoftProviderOnError", ())))
CLAIM = Shape("onTokenIssuanceStartReturnClaim", (Prop("claimIdInApiResponse", required=True),))

_CALL = (
    Prop("endpointConfiguration", Complex((HTTP, LOGIC_APP)), required=True),
    Prop("authenticationConfiguration", Complex((TOKEN, PROOF)), required=True),
)
_PROPS = (
    Prop("id", writes="never"),
    Prop("displayName", required=True),
    Prop("description"),
    *_CALL,
    Prop("clientConfiguration", Complex((CLIENT,))),
)
_TO_CHECK = Shape("authenticationConfigurationToValidate", _CALL)
_RESOURCE = re.compile(r"api://([^/]+\.[^/]+)/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")


def _type(event: str, *extra: Prop) -> EntityType:
    props = (*_PROPS, Prop("behaviorOnError", ON_ERROR), *extra)
    return EntityType(f"{event}CustomExtension", props, states_type=True, clouds=GLOBAL)


def _check(doc: Doc) -> Doc:
    """Refuse waiting too short, too long or too often. Graph docs: customExtensionClientConfiguration."""
    client = doc["clientConfiguration"]
    if client is not None and not 200 <= client["timeoutInMilliseconds"] <= 2000:
        raise invalid("The 'timeoutInMilliseconds' must be between 200 and 2000.")
    if client is not None and not 0 <= client["maximumRetries"] <= 1:
        raise invalid("The 'maximumRetries' must be 0 or 1.")
    return doc


def _validate(call: Call, place: Place, doc: Doc) -> Reply:  # noqa: ARG001 - the signature of every operation
    """Say what is wrong with the sign-in of a saved extension, or of the one in the body.

    Graph docs: validateAuthenticationConfiguration. The tenant knows no applications, so that every one exists
    here and has every permission: there are never warnings.
    """
    checked = doc or accept(_TO_CHECK, call.body, creating=True)
    errors = _errors(checked["endpointConfiguration"], checked["authenticationConfiguration"])
    found = [{"code": code, "message": message} for code, message in errors]
    context = call.context("microsoft.graph.authenticationConfigurationValidation")
    return Reply(200, {"@odata.context": context, "errors": found, "warnings": []})


def _errors(endpoint: Doc, authentication: Doc) -> list[tuple[str, str]]:
    if "resourceId" not in authentication:
        return []
    resource = _RESOURCE.fullmatch(authentication["resourceId"])
    host = (urlsplit(endpoint.get("targetUrl") or "").hostname or "").lower()
    if resource is None:
        text = "ResourceId should be in the format of 'api://{fully qualified domain name}/{appid}'"
        return [("IncorrectResourceIdFormat", text)]
    if host and resource[1].lower() != host:
        text = "The fully qualified domain name in resourceId should match that of the targetUrl"
        return [("DomainNameDoesNotMatch", text)]
    return []


_CLAIMS = Prop("claimsForTokenConfiguration", Many(Complex((CLAIM,))), default=[])

# US Government clouds have only the first type, and in it no behaviour on errors.
CUSTOM_AUTHENTICATION_EXTENSIONS = EntitySet(
    "customAuthenticationExtensions",
    types=(
        _type("onTokenIssuanceStart", _CLAIMS),
        EntityType("onTokenIssuanceStartCustomExtension", (*_PROPS, _CLAIMS), states_type=True, clouds=GOVERNMENT),
        _type("onAttributeCollectionStart"),
        _type("onAttributeCollectionSubmit"),
        _type("onOtpSend"),
        _type("onPasswordSubmit"),
        _type("onVerifiedIdClaimValidation"),
    ),
    set_operations=(Operation("validateAuthenticationConfiguration", "POST", _validate),),
    entity_operations=(Operation("validateAuthenticationConfiguration", "POST", _validate),),
    filterable=frozenset({"id", "displayName"}),
    limit=MAX_EXTENSIONS,
    address=EXTENSIONS,
    clouds=GLOBAL | GOVERNMENT,
    hooks=Hooks(fill=lambda _call, doc: _check(doc), merge=lambda doc, change: _check({**doc, **change})),
)
