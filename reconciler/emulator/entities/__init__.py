"""What lives in the tenant, as data: one module per part of Graph, put together into one tree.

A module describes entity sets with the words of the schema and adds named hooks for what is odd about them.
How requests are routed, checked and answered in general does not belong here.
"""

from reconciler.emulator.entities.attributes import USER_FLOW_ATTRIBUTES
from reconciler.emulator.entities.b2x_flows import B2X_USER_FLOWS
from reconciler.emulator.entities.connectors import API_CONNECTORS
from reconciler.emulator.entities.policies import AUTHENTICATION_FLOWS_POLICY
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS, LEGACY_IDENTITY_PROVIDERS
from reconciler.emulator.schema import Container

ROOT = Container(
    "",
    (
        Container("identity", (B2X_USER_FLOWS, IDENTITY_PROVIDERS, API_CONNECTORS, USER_FLOW_ATTRIBUTES)),
        Container("policies", (AUTHENTICATION_FLOWS_POLICY,)),
        LEGACY_IDENTITY_PROVIDERS,
    ),
)
