"""Authentication event listeners: what is called at an event, for which applications.

Graph docs: authenticationEventListener and its subtypes. `@odata.type` is wanted on every write, of the listener and of
its handler. Those that carry `authenticationEventsFlowId` follow from a user flow and are its business alone. The
metadata of US Government clouds gives them no display name, so that there is nothing by which one could be found again.
"""

from reconciler.kinds._events import applications
from reconciler.model.kinds import BuiltIn, Kind, Link, Permissions, Property, Read, Shape

_TOKEN = "onTokenIssuanceStartListener"
_SUFFIX = "ExternalUsersSelfServiceSignUp"
_HANDLERS = {
    _TOKEN: "onTokenIssuanceStartCustomExtensionHandler",
    "onAttributeCollectionStartListener": "onAttributeCollectionStartCustomExtensionHandler",
    "onAttributeCollectionSubmitListener": "onAttributeCollectionSubmitCustomExtensionHandler",
    "onEmailOtpSendListener": "onOtpSendCustomExtensionHandler",
    "onPasswordSubmitListener": "onPasswordMigrationCustomExtensionHandler",
    "onVerifiedIdClaimValidationListener": "onVerifiedIdClaimValidationCustomExtensionHandler",
    "onInteractiveAuthFlowStartListener": f"onInteractiveAuthFlowStart{_SUFFIX}",
    "onAuthenticationMethodLoadStartListener": f"onAuthenticationMethodLoadStart{_SUFFIX}",
    "onAttributeCollectionListener": f"onAttributeCollection{_SUFFIX}",
    "onUserCreateStartListener": f"onUserCreateStart{_SUFFIX}",
    "onFraudProtectionLoadStartListener": "onFraudProtectionLoadStartExternalUsersAuthHandler",
}
_EXTENSIONS = {
    listener: handler.removesuffix("Handler").replace("PasswordMigration", "PasswordSubmit")
    for listener, handler in _HANDLERS.items()
    if handler.endswith("CustomExtensionHandler")
}

KIND = Kind(
    name="AuthenticationEventListener",
    collection="identity/authenticationEventListeners",
    permissions=Permissions(
        read="EventListener.Read.All",
        write="EventListener.ReadWrite.All",
        roles=("Authentication Extensibility Administrator", "Application Administrator"),
    ),
    nameless="applications",
    typed_updates=True,
    built_in=BuiltIn("authenticationEventsFlowId"),
    clouds=frozenset({"global"}),
    tenants=frozenset({"workforce", "external"}),
    properties=(
        Property("type", required=True, immutable=True, odata_type=True, folded=True),
        Property("displayName"),
        Property("handler", whole=True),
        Property("handler.type", odata_type=True, folded=True, by_type=_HANDLERS),
        Property("handler.userTypeToCreate", folded=True),
        Property("handler.signUp", type_name="fraudProtectionProviderConfiguration"),
        Property("handler.signUp.fraudProtectionProvider.type", odata_type=True, folded=True),
        Property("handler.configuration.behaviorOnError.type", odata_type=True, folded=True),
    ),
    links=(
        Link(
            key="handler.customExtension",
            target="CustomAuthenticationExtension",
            shape=Shape.HANDLER,
            path="handler",
            read=Read("microsoft.graph.{type}/handler/microsoft.graph.{handler.type}/customExtension"),
            within="handler.customExtension",
            takes=_EXTENSIONS,
        ),
        applications(exclusive=False),
    ),
)
