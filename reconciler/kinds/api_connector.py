"""API connectors: the endpoints a flow calls while somebody signs up.

Graph docs: identityApiConnector and its operations. Display names are not unique in Graph. An update replaces
`authenticationConfiguration` as a whole; a PKCS#12 write comes back as `clientCertificateAuthentication`, whose list
`uploadClientCertificate` adds to. While self-service sign-up is off, listing them fails with AADB2C99039 (seen on a
live workforce tenant, August 2026). There is no read-only permission for any of the paths. US Government clouds have
none (Graph docs: Create identityApiConnector; the metadata says the same).
"""

from reconciler.model.kinds import Certificate, Gate, Kind, Permissions, Property

_SIGN_IN = "authenticationConfiguration"

KIND = Kind(
    name="ApiConnector",
    collection="identity/apiConnectors",
    permissions=Permissions(
        read="APIConnectors.ReadWrite.All",
        write="APIConnectors.ReadWrite.All",
        roles=("External ID User Flow Administrator",),
    ),
    gate=Gate("AuthenticationFlowsPolicy", "selfServiceSignUp.isEnabled", code="AADB2C99039"),
    clouds=frozenset({"global", "china"}),
    properties=(
        Property("displayName", required=True),
        Property("targetUrl", required=True),
        Property(_SIGN_IN, required=True, whole=True),
        Property(
            f"{_SIGN_IN}.type",
            odata_type=True,
            folded=True,
            reads_as={"clientCertificateAuthentication": "pkcs12Certificate"},
        ),
        Property(f"{_SIGN_IN}.password", secret=True),
        Property(
            f"{_SIGN_IN}.pkcs12Value",
            secret=True,
            certificate=Certificate(
                password=f"{_SIGN_IN}.password",
                shown=f"{_SIGN_IN}.certificateList",
                upload="uploadClientCertificate",
            ),
        ),
        Property(f"{_SIGN_IN}.certificateList", read_only=True),
    ),
)
