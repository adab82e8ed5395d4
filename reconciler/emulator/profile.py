"""What sort of tenant is emulated: its kind, its names, its limits."""

import uuid
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, Self, get_args

TenantKind = Literal["workforce", "external", "b2c"]
CloudName = Literal["global", "usgov", "usgov-dod", "china"]
CLOUDS = frozenset(get_args(CloudName))


@dataclass(frozen=True)
class Profile:
    """The settings of one emulated tenant, kept with its state from the first start.

    ``self_service_sign_up`` is only the switch's first position; afterwards the policy object holds it.
    ``tenant_id`` and ``extensions_app_id`` (32 hexadecimal digits) follow from ``domain`` unless given.
    ``duplicate_status`` is the answer to a second object of the same name: Graph documents none.
    ``app_limit`` and ``tenant_limit`` are requests per minute; Graph docs: throttling limits give 200 and 300
    for the identity providers service. The emulator knows one application, so the smaller one counts.

    ``cloud`` decides which entity sets there are. ``events_flows`` is the feature that authenticationEventsFlows
    need; None means that external tenants have it and others do not. ``extensions_principal`` is whether the
    service principal "Azure Active Directory Authentication Extensions" is there, without which an external
    tenant takes no provider. ``wraps_entities`` puts a single flow or language into ``value``, as samples in Graph
    docs do. ``user_flows`` says whether the retired beta userFlows still answer, ``signup_events`` the same of
    events/onSignupStart, which may be gone from the service. ``adopts_user_flows`` makes POST b2xUserFlows/$ref
    work as its page in Graph docs says; userFlows then answer in every kind of tenant.
    """

    kind: TenantKind = "workforce"
    cloud: CloudName = "global"
    domain: str = "contoso.onmicrosoft.com"
    display_name: str = "Contoso"
    tenant_id: str = ""
    extensions_app_id: str = ""
    self_service_sign_up: bool = True
    page_size: int = 100
    duplicate_status: int = 409
    app_limit: int | None = None
    tenant_limit: int | None = None
    events_flows: bool | None = None
    extensions_principal: bool = True
    wraps_entities: bool = False
    user_flows: bool = False
    signup_events: bool = True
    adopts_user_flows: bool = False

    def __post_init__(self) -> None:
        tenant = self.tenant_id or str(uuid.uuid5(uuid.NAMESPACE_DNS, self.domain))
        object.__setattr__(self, "tenant_id", tenant)
        app = self.extensions_app_id or uuid.uuid5(uuid.NAMESPACE_DNS, f"b2c-extensions-app.{tenant}").hex
        object.__setattr__(self, "extensions_app_id", app)
        self._check()

    def _check(self) -> None:
        if self.kind not in get_args(TenantKind):
            raise ValueError(f"tenant kind is {self.kind!r}, expected one of {', '.join(get_args(TenantKind))}")
        if self.cloud not in CLOUDS:
            raise ValueError(f"cloud is {self.cloud!r}, expected one of {', '.join(get_args(CloudName))}")
        if self.page_size < 1:
            raise ValueError(f"page size is {self.page_size}, expected at least 1")
        if self.duplicate_status not in (400, 409):
            raise ValueError(f"duplicate status is {self.duplicate_status}, expected 400 or 409")
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"request limit is {self.limit}, expected at least 1")

    @property
    def has_events_flows(self) -> bool:
        """Whether authenticationEventsFlows answer."""
        return self.kind == "external" if self.events_flows is None else self.events_flows

    @property
    def limit(self) -> int | None:
        """Requests per minute before 429, or None for no limit."""
        limits = [limit for limit in (self.app_limit, self.tenant_limit) if limit is not None]
        return min(limits, default=None)

    def changed(self, changes: dict[str, Any]) -> Self:
        """The profile with some settings replaced; ValueError names a setting or value that cannot be."""
        known = {field.name: field for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}")
            if not _fits(value, known[name].name):
                raise ValueError(f"setting {name!r} cannot be {value!r}")
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """The settings as a JSON object."""
        return asdict(self)


_SWITCHES = frozenset(
    {
        *("self_service_sign_up", "events_flows", "extensions_principal", "wraps_entities"),
        *("user_flows", "signup_events", "adopts_user_flows"),
    }
)


def _fits(value: object, name: str) -> bool:
    if name in ("app_limit", "tenant_limit", "events_flows") and value is None:
        return True
    if name in _SWITCHES:
        return isinstance(value, bool)
    if name in ("page_size", "duplicate_status", "app_limit", "tenant_limit"):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
