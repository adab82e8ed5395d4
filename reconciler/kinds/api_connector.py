"""API connectors: the endpoints a flow calls while somebody signs up.

Graph docs: identityApiConnector and its operations. Display names are not unique in Graph. An update replaces
`authenticationConfiguration` as a whole; a PKCS#12 write comes back as `clientCertificateAuthentication`. While
self-service sign-up is off, listing them fails with AADB2C99039 (seen on a live workforce tenant, August 2026).
There is no read-only permission for any of the paths.
"""

from reconciler.model.kinds import Gate, Kind, Permissions, Property

KIND = Kind(
    name="ApiConnector",
    collection="identity/apiConnectors",
    permissions=Permissions(read="APIConnectors.ReadWrite.All", write="APIConnectors.ReadWrite.All"),
    gate=Gate("AuthenticationFlowsPolicy", "selfServiceSignUp.isEnabled", code="AADB2C99039"),
    properties=(
        Property("displayName", required=True),
        Property("targetUrl", required=True),
        Property("authenticationConfiguration", required=True, whole=True),
        Property(
            "authenticationConfiguration.type",
            odata_type=True,
            folded=True,
            reads_as={"clientCertificateAuthentication": "pkcs12Certificate"},
        ),
        Property("authenticationConfiguration.password", secret=True),
        Property("authenticationConfiguration.pkcs12Value", secret=True),
    ),
)
