"""What lives in the tenant, as data: one module per part of Graph, put together into one tree.

A module describes entity sets with the words of the schema and adds named hooks for what is odd about them.
How requests are routed, checked and answered in general does not belong here.
"""

from reconciler.emulator.entities.attributes import USER_FLOW_ATTRIBUTES
from reconciler.emulator.entities.b2c_flows import B2C_USER_FLOWS, USER_FLOWS
from reconciler.emulator.entities.b2x_flows import B2X_USER_FLOWS
from reconciler.emulator.entities.connectors import API_CONNECTORS
from reconciler.emulator.entities.events_flows import AUTHENTICATION_EVENTS_FLOWS
from reconciler.emulator.entities.extensions import CUSTOM_AUTHENTICATION_EXTENSIONS
from reconciler.emulator.entities.federation import FEDERATION_CONFIGURATIONS
from reconciler.emulator.entities.legacy_providers import LEGACY_IDENTITY_PROVIDERS
from reconciler.emulator.entities.listeners import AUTHENTICATION_EVENT_LISTENERS
from reconciler.emulator.entities.policies import AUTHENTICATION_FLOWS_POLICY, B2C_AUTHENTICATION_METHODS_POLICY
from reconciler.emulator.entities.providers import IDENTITY_PROVIDERS
from reconciler.emulator.entities.signup_events import ON_SIGNUP_START
from reconciler.emulator.schema import Container

ROOT = Container(
    "",
    (
        Container(
            "identity",
            (
                B2X_USER_FLOWS,
                B2C_USER_FLOWS,
                USER_FLOWS,
                IDENTITY_PROVIDERS,
                API_CONNECTORS,
                USER_FLOW_ATTRIBUTES,
                AUTHENTICATION_EVENTS_FLOWS,
                AUTHENTICATION_EVENT_LISTENERS,
                CUSTOM_AUTHENTICATION_EXTENSIONS,
                Container("events", (ON_SIGNUP_START,)),
            ),
        ),
        Container("policies", (AUTHENTICATION_FLOWS_POLICY, B2C_AUTHENTICATION_METHODS_POLICY)),
        Container("directory", (FEDERATION_CONFIGURATIONS,)),
        LEGACY_IDENTITY_PROVIDERS,
    ),
)
