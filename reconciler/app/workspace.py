"""The project, the tenant and the manifests that a command works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from reconciler.app.memory import Memory
from reconciler.app.request import Request, Surroundings
from reconciler.execution import journal, receipts
from reconciler.execution.folder import folder_of
from reconciler.kinds import load_kinds
from reconciler.manifests.compile import Manifests, compile_manifests
from reconciler.manifests.compile import Surroundings as Around
from reconciler.model.errors import UsageError
from reconciler.model.kinds import Kinds
from reconciler.model.outcomes import Requests
from reconciler.model.plans import Plan
from reconciler.model.problems import Problem, Severity
from reconciler.model.runs import Command, Run, TenantName
from reconciler.planning.options import Options
from reconciler.settings import Project, TenantSettings, choose_tenant, find_project, load_project

SecretsMode = Literal["ignore", "warn", "require"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything about a run that comes from files: found once, before anything is asked of Graph."""

    project: Project
    tenant: TenantSettings
    kinds: Kinds
    manifests: Manifests
    folder: Path

    @property
    def name(self) -> TenantName:
        """What reports call the tenant."""
        return TenantName(self.tenant.name, self.tenant.graph)

    def memory(self) -> tuple[Memory, tuple[Problem, ...]]:
        """What earlier runs left, and a warning where it is of no use."""
        kept, warning = receipts.load(self.folder)
        history = journal.read(self.folder)
        doubt = (Problem(warning, "the next apply writes them anew", severity=Severity.WARNING),) if warning else ()
        unfinished = {address: history.made[address] for address in history.unfinished}
        return Memory(kept, dict(history.made), history.open_creates, unfinished), doubt


def open_project(request: Request, around: Surroundings) -> Project:
    """The project file that was named, else the nearest one. Raises UsageError when there is none."""
    path = request.project or find_project(around.cwd)
    if path is None:
        raise UsageError("there is no reconciler.yaml here or above", "write one, or name it with --project FILE")
    return load_project(path)


def open_workspace(request: Request, around: Surroundings, secrets: SecretsMode) -> Workspace:
    """Project, tenant and manifests of a command that works on a tenant.

    Raises UsageError when no tenant is named, InvalidManifestsError for a faulty project file.
    """
    project = open_project(request, around)
    tenant = choose_tenant(project, request.tenant)
    outside = _around(around, {**tenant.variables, **request.variables}, tenant, offline=False, secrets=secrets)
    manifests = compile_manifests(request.paths or project.manifests, load_kinds(), outside)
    kinds = _kinds_of(tenant, manifests)
    return Workspace(project, tenant, kinds, manifests, folder_of(project.root, tenant.name))


def _kinds_of(tenant: TenantSettings, manifests: Manifests) -> Kinds:
    """The kinds as the tenant has them. Where nobody said of which type it is, manifests may: a kind, or a type of
    one, that only one type of tenant has tells."""
    kinds = load_kinds()
    told = (kinds[each.address.kind].tenants_of(str(each.properties.get("type"))) for each in manifests.resources)
    single = {next(iter(tenants)) for tenants in told if len(tenants) == 1}
    sort = tenant.type or (single.pop() if len(single) == 1 else None)
    return {name: kind.within(sort) for name, kind in kinds.items()}


def check_offline(request: Request, around: Surroundings) -> tuple[Manifests, TenantName | None]:
    """The manifests as `validate` sees them: without a tenant, and if need be without a project file."""
    found = request.project or find_project(around.cwd)
    if found is None and not request.paths:
        raise UsageError("nothing to validate: no PATH, and no reconciler.yaml here or above", "name files or folders")
    project = load_project(found) if found else None
    tenant = _tenant_if_any(project, request.tenant)
    variables = {**_variables(project, tenant), **request.variables}
    paths = request.paths or (project.manifests if project else ())
    outside = _around(around, variables, tenant, offline=True, secrets="ignore")
    checked = compile_manifests(paths, load_kinds(), outside)
    return checked, TenantName(tenant.name, tenant.graph) if tenant else None


def _tenant_if_any(project: Project | None, name: str | None) -> TenantSettings | None:
    if project is None:
        if name is not None:
            raise UsageError(f"there is no project file that could have a tenant '{name}'", "add --project FILE")
        return None
    return choose_tenant(project, name) if name or project.default_tenant else None


def _variables(project: Project | None, tenant: TenantSettings | None) -> Mapping[str, str]:
    """The tenant's variables; where no tenant is named, those of any tenant will do to check the rest."""
    if tenant is not None:
        return tenant.variables
    tenants = project.tenants.values() if project else ()
    return {name: value for each in tenants for name, value in each.variables.items()}


def _around(
    around: Surroundings,
    variables: Mapping[str, str],
    tenant: TenantSettings | None,
    *,
    offline: bool,
    secrets: SecretsMode,
) -> Around:
    return Around(
        variables=variables,
        environ=around.environ,
        offline=offline,
        secrets=secrets,
        cloud=tenant.cloud if tenant else "",
        tenant=(tenant.type or "") if tenant else "",
        root=around.cwd,
    )


def expired_rules(project: Project, around: Surroundings) -> tuple[Problem, ...]:
    """A warning for each ignored field whose time is over: it counts as drift again."""
    return tuple(
        Problem(
            f"ignore: the rule for {rule.field} of {rule.object} ended on {rule.until}",
            "take it out of the project file, or give it another 'until'",
            severity=Severity.WARNING,
        )
        for rule in project.ignore
        if rule.expired(around.today)
    )


def selection(request: Request, kinds: Kinds) -> tuple[str, ...]:
    """The globs of `--select`; a flow may be named with Graph's prefix there too."""
    split = [glob.partition("/") for glob in request.select]
    return tuple(
        f"{kind}{slash}{kinds[kind].bare(name)}" if kind in kinds else f"{kind}{slash}{name}"
        for kind, slash, name in split
    )


def check_selection(space: Workspace, options: Options) -> None:
    """Raises UsageError for a glob that no manifest matches: doing nothing would look like success.

    What is to be pruned has no manifest, so that with pruning a glob may be about live objects.
    """
    for glob in options.select if options.prune is None else ():
        one = replace(options, select=(glob,))
        if not any(one.selects(resource.address) for resource in space.manifests.resources):
            names = sorted(str(resource.address) for resource in space.manifests.resources)
            close = get_close_matches(glob, names, n=1)
            fix = f"did you mean '{close[0]}'?" if close else "name a manifest as KIND/NAME; * stands for anything"
            raise UsageError(f"--select: no manifest matches '{glob}'", fix)


def options_of(request: Request, project: Project, around: Surroundings) -> Options:
    """What was asked for, with the project's guards and ignored fields."""
    return Options(
        today=around.today,
        select=selection(request, load_kinds()),
        prune=request.prune,
        send_secrets=request.send_secrets,
        unmanaged_all=request.unmanaged_all,
        guards=project.guards,
        ignore=project.ignore,
    )


def run_of(command: Command, space: Workspace, found: Plan, cost: Requests, doubts: tuple[Problem, ...]) -> Run:
    """The run of a command that has planned; its exit code is still to be found."""
    return Run(
        command,
        0,
        space.name,
        found,
        problems=(*space.manifests.problems, *doubts),
        requests=cost,
        forecast_writes=len(found.steps),
        manifests=space.manifests.documents,
        files=space.manifests.files,
    )
