"""User flows of external tenants: what happens at each event of sign-up.

Graph docs: externalUsersSelfServiceSignUpEventsFlow and its operations. `@odata.type` is wanted on every write, of
the flow and of each handler in it. A flow is created with at least one provider. The list of attributes and the
inputs of the page are kept apart: adding an attribute adds an input with defaults, an update of `views` replaces all
inputs, and a removed attribute leaves its input behind. `onAttributeCollection` can be updated only where the flow
was created with it; one that got attributes later keeps the inputs of those that are taken out. Listing the
attributes of a flow without any answers 400. Whether a flow shows what is attached to it without being asked differs
between the pages' samples. An application belongs to one flow only, and is named by its client id. A tenant without
the feature answers 403 (seen on a live workforce tenant, August 2026). Only the metadata of the global cloud has
them.
"""

from reconciler.kinds._events import applications
from reconciler.model.kinds import Kind, Link, Mentions, Permissions, Property, Read, Shape

_CAST = "microsoft.graph.externalUsersSelfServiceSignUpEventsFlow"
_METHODS = "onAuthenticationMethodLoadStart"
_COLLECTION = "onAttributeCollection"
_SUFFIX = "ExternalUsersSelfServiceSignUp"


def _handler(event: str) -> Link:
    """A slot for the extension that is called at an event; documented as a path in the permission tables only."""
    return Link(
        key=event,
        target="CustomAuthenticationExtension",
        shape=Shape.HANDLER,
        path=event,
        read=Read(f"{_CAST}/{event}/microsoft.graph.{event}CustomExtensionHandler/customExtension"),
        within=f"{event}.customExtension",
        takes={"": f"{event}CustomExtension"},
    )


def _part(path: str, name: str) -> tuple[Property, Property]:
    """A handler inside the flow, whose type is always the same and may be written."""
    return Property(path, type_name=name), Property(f"{path}.type", odata_type=True, folded=True)


KIND = Kind(
    name="AuthenticationEventsFlow",
    collection="identity/authenticationEventsFlows",
    type_name="externalUsersSelfServiceSignUpEventsFlow",
    typed_updates=True,
    permissions=Permissions(
        read="EventListener.Read.All",
        write="EventListener.ReadWrite.All",
        roles=("External ID User Flow Administrator",),
    ),
    clouds=frozenset({"global"}),
    tenants=frozenset({"workforce", "external"}),
    lacking=("EnableMsGraphAuthenticationEventListener",),
    properties=(
        Property("displayName", required=True),
        Property("description"),
        *_part("onInteractiveAuthFlowStart", f"onInteractiveAuthFlowStart{_SUFFIX}"),
        Property("onInteractiveAuthFlowStart.isSignUpAllowed", default=True),
        *_part(_METHODS, f"{_METHODS}{_SUFFIX}"),
        *_part(_COLLECTION, f"{_COLLECTION}{_SUFFIX}"),
        Property(
            f"{_COLLECTION}.attributeCollectionPage.views",
            whole=True,
            born=True,
            keyed="attribute",
            folds=("inputType",),
            mentions=Mentions(
                "attributes",
                ("*", "inputs", "*", "attribute"),
                borrows={"label": "displayName"},
                fills={"inputType": "text"},
            ),
        ),
        *_part("onAttributeCollectionStart", "onAttributeCollectionStartCustomExtensionHandler"),
        *_part("onAttributeCollectionSubmit", "onAttributeCollectionSubmitCustomExtensionHandler"),
        *_part("onUserCreateStart", f"onUserCreateStart{_SUFFIX}"),
        Property("onUserCreateStart.userTypeToCreate", folded=True),
    ),
    links=(
        Link(
            name="identityProviders",
            key=f"{_METHODS}.identityProviders",
            target="IdentityProvider",
            shape=Shape.SET,
            path=f"{_CAST}/{_METHODS}/microsoft.graph.{_METHODS}{_SUFFIX}/identityProviders",
            read=Read(f"{_CAST}/{_METHODS}/microsoft.graph.{_METHODS}{_SUFFIX}/identityProviders"),
            within=f"{_METHODS}.identityProviders",
            required=True,
        ),
        Link(
            name="attributes",
            key=f"{_COLLECTION}.attributes",
            target="UserFlowAttribute",
            shape=Shape.SET,
            path=f"{_CAST}/{_COLLECTION}/microsoft.graph.{_COLLECTION}{_SUFFIX}/attributes",
            read=Read(
                f"{_CAST}/{_COLLECTION}/microsoft.graph.{_COLLECTION}{_SUFFIX}/attributes",
                none=400,
                fails=("AADB2C90063",),
            ),
            within=f"{_COLLECTION}.attributes",
            carries=("displayName", "description", "userFlowAttributeType", "dataType"),
        ),
        _handler("onAttributeCollectionStart"),
        _handler("onAttributeCollectionSubmit"),
        applications(exclusive=True),
    ),
)
