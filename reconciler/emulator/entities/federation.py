"""Federation with another organisation's SAML or WS-Fed provider, and the domains it is for."""

from reconciler.emulator.call import Call, Place, key_address
from reconciler.emulator.errors import invalid, invalid_field
from reconciler.emulator.schema import Contained, EntitySet, EntityType, Enum, Hooks, Many, Prop, Reference
from reconciler.emulator.store import Doc

FEDERATIONS = "directory/federationConfigurations"


def _refers(doc: Doc) -> str:
    return key_address("federated domains", doc["id"].lower())


def _only_one(call: Call, _place: Place, doc: Doc, _accepted: Doc) -> None:
    """A domain belongs to one federation; a choice, Graph documents nothing."""
    if len(call.state.referring(_refers(doc))) > 1:
        raise invalid(f"The domain '{doc['id']}' already has a federation.")


def _domain(_call: Call, doc: Doc) -> str:
    name = str(doc["id"])
    if "." not in name.strip("."):
        raise invalid_field("domains")
    return name


_DOMAINS = EntitySet(
    "domains",
    types=(EntityType("externalDomainName", (Prop("id", required=True, writes="once"),), identify=_domain),),
    allows=frozenset({"list", "create", "get", "delete"}),
    refers=_refers,
    hooks=Hooks(created=_only_one),
)


def _created(call: Call, place: Place, _doc: Doc, accepted: Doc) -> None:
    at = place.under("domains")
    for name in dict.fromkeys(accepted["domains"]):
        doc = {"id": name}
        doc = {"id": _domain(call, doc), "@ref": _refers(doc)}
        call.state.put(at.address, doc)
        _only_one(call, at, doc, {})


# Paths have a cast after the collection or after the entity. Graph docs: samlOrWsFedExternalDomainFederation.
FEDERATION_CONFIGURATIONS = EntitySet(
    "federationConfigurations",
    types=(
        EntityType(
            "samlOrWsFedExternalDomainFederation",
            (
                Prop("id", writes="never"),
                Prop("displayName", required=True),
                Prop("issuerUri", required=True),
                Prop("metadataExchangeUri", required=True),
                Prop("passiveSignInUri", required=True),
                Prop("preferredAuthenticationProtocol", Enum(("wsFed", "saml")), required=True),
                Prop("signingCertificate", required=True),
                Prop("domains", Many(Reference()), writes="once", default=[]),
            ),
        ),
    ),
    navigations=(Contained("domains", _DOMAINS),),
    filterable=frozenset({"displayName", "issuerUri"}),
    typed=True,
    cast=True,
    address=FEDERATIONS,
    hooks=Hooks(created=_created),
)
