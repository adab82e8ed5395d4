"""Federation with the SAML or WS-Fed provider of another organisation, for the domains it is about.

Graph docs: samlOrWsFedExternalDomainFederation and its operations. The paths are narrowed to the type by a cast. A
create answers with no more than id and name. Domains can be added; no page tells how one is taken out.
"""

from reconciler.model.kinds import Kind, Link, Permissions, Property, Read, Shape

KIND = Kind(
    name="ExternalDomainFederation",
    collection="directory/federationConfigurations",
    cast="microsoft.graph.samlOrWsFedExternalDomainFederation",
    type_name="samlOrWsFedExternalDomainFederation",
    typed_updates=True,
    permissions=Permissions(
        read="IdentityProvider.Read.All",
        write="IdentityProvider.ReadWrite.All",
        roles=("External Identity Provider Administrator",),
    ),
    clouds=frozenset({"global", "usgov", "usgov-dod", "china"}),
    tenants=frozenset({"workforce", "external"}),
    properties=(
        Property("displayName", required=True),
        Property("issuerUri", required=True),
        Property("metadataExchangeUri", required=True),
        Property("passiveSignInUri", required=True),
        Property("preferredAuthenticationProtocol", required=True, folded=True),
        Property("signingCertificate", required=True),
    ),
    links=(
        Link(
            key="domains",
            target="Domain",
            shape=Shape.NAMES,
            path="domains",
            read=Read("domains"),
            member="id",
            type_name="externalDomainName",
            within="domains",
            foreign=True,
            fixed=True,
        ),
    ),
)
