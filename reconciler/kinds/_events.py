"""What events flows and event listeners have in common: for which applications they are, by client id.

Graph docs: authenticationConditionApplication, List includeApplications. They are taken in the body of a create and may
be shown there; afterwards each is added and removed by itself.
"""

from reconciler.model.kinds import Link, Read, Shape

_PATH = "conditions/applications/includeApplications"


def applications(*, exclusive: bool) -> Link:
    """The applications of a flow, which belong to it alone (`exclusive`), or of a listener."""
    return Link(
        key="applications",
        target="Application",
        shape=Shape.NAMES,
        path=_PATH,
        read=Read(_PATH),
        member="appId",
        type_name="authenticationConditionApplication",
        within=_PATH.replace("/", "."),
        foreign=True,
        exclusive=exclusive,
    )
