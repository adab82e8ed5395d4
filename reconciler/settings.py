"""The project file, frozen: where the manifests are, the tenants and how to sign in to them, guards, ignored fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from reconciler.manifests.documents import Document, in_order
from reconciler.manifests.load import load_file
from reconciler.manifests.schemas import names as known_kinds
from reconciler.manifests.validate import checked
from reconciler.manifests.words import did_you_mean, listed, quoted
from reconciler.model.addresses import Span
from reconciler.model.errors import InvalidManifestsError, SignInError, UsageError
from reconciler.model.policy import Guards, Ignore, Limit
from reconciler.model.problems import Problem
from reconciler.model.secrets import Secret

FILE_NAME = "reconciler.yaml"
EMBEDDED = "embedded"
REQUESTS_PER_MINUTE = 180
CONCURRENCY = 8

TenantType = Literal["workforce", "external", "b2c"]

_SECRET_OF = {"token": "token", "client-secret": "clientSecret", "client-certificate": "password"}


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where a secret comes from: an environment variable, or a file. Read when it is needed, and not before."""

    variable: str = ""
    file: Path | None = None

    def read(self, environ: Mapping[str, str]) -> Secret:
        """The secret; one without a value where the variable is not set. Raises SignInError for an unreadable file."""
        if self.file is None:
            return Secret(environ.get(self.variable) or None, f"environment variable {self.variable}")
        try:
            text = self.file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as fault:
            reason = getattr(fault, "strerror", None) or "it is not UTF-8 text"
            raise SignInError(f"the secret in {self.file} cannot be read: {reason}", "check the path") from None
        return Secret(text.removesuffix("\n").removesuffix("\r") or None, f"file {self.file}")


@dataclass(frozen=True, slots=True)
class Auth:
    """How to sign in: a method, the application, and the sources of the secrets that the method needs, by setting.

    `token_file` and `service_connection` say where a workload finds its federated token; `authority` is where to sign
    in, if not where the cloud does.
    """

    method: str
    client_id: str = ""
    sources: Mapping[str, SecretSource] = field(default_factory=dict)
    token_file: Path | None = None
    service_connection: str = ""
    authority: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast a tenant may be asked; None is no limit."""

    requests_per_minute: int | None = REQUESTS_PER_MINUTE
    concurrency: int = CONCURRENCY


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """One tenant. `graph` is a cloud, `embedded`, or an address; `type` is None where nobody said it. `profile` are the
    settings of an embedded one, by the emulator's names."""

    name: str
    graph: str
    tenant_id: str = ""
    type: TenantType | None = None
    auth: Auth | None = None
    limits: Limits = Limits()
    variables: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)

    @property
    def cloud(self) -> str:
        """The cloud that Graph is in, as far as that is known; an address tells nothing."""
        return str(self.profile.get("cloud", self.graph))


@dataclass(frozen=True, slots=True)
class Project:
    """A project file. `root` is its folder; `manifests` are whole paths."""

    root: Path
    path: Path
    manifests: tuple[Path, ...] = ()
    default_tenant: str = ""
    tenants: Mapping[str, TenantSettings] = field(default_factory=dict)
    guards: Guards = field(default_factory=Guards)
    ignore: tuple[Ignore, ...] = ()


def find_project(start: Path) -> Path | None:
    """The nearest project file in a folder or above it."""
    whole = start.absolute()
    return next((found for folder in (whole, *whole.parents) if (found := folder / FILE_NAME).is_file()), None)


def load_project(path: Path) -> Project:
    """The project in a file. Raises InvalidManifestsError with everything that is wrong with it."""
    loaded = load_file(path)
    problems = list(loaded.problems)
    if not problems and len(loaded.documents) != 1:
        problems.append(_not_one(path, loaded.documents))
    if problems:
        raise InvalidManifestsError(in_order(problems))
    document, faults = checked(loaded.documents[0], "Project")
    faults = faults or tuple(_meaningless(document))
    if faults:
        raise InvalidManifestsError(in_order(list(faults)))
    return _project(path.resolve(), document.data)


def choose_tenant(project: Project, name: str | None) -> TenantSettings:
    """The tenant of that name, else the default one. Raises UsageError when none is named, or it does not exist."""
    wanted = name or project.default_tenant
    known = sorted(project.tenants)
    if not wanted:
        raise UsageError("no tenant named", _naming(known))
    if wanted not in project.tenants:
        raise UsageError(f"there is no tenant {quoted(wanted)}", did_you_mean(wanted, known) or _naming(known))
    return project.tenants[wanted]


def auth_of(settings: TenantSettings) -> Auth:
    """How to sign in to a tenant. Raises UsageError when the project file does not say it."""
    if settings.auth is None:
        fix = f"add 'auth: {{method: …}}' to the tenant in {FILE_NAME}"
        raise UsageError(f"the tenant {quoted(settings.name)} has no 'auth'", fix)
    return settings.auth


def auth_secret(settings: TenantSettings, environ: Mapping[str, str]) -> Secret | None:
    """The token, the client secret or the certificate's password, whichever the method has. None when it has none.

    Raises UsageError for a tenant without `auth`, SignInError for a file that cannot be read.
    """
    auth = auth_of(settings)
    source = auth.sources.get(_SECRET_OF.get(auth.method, ""))
    return source.read(environ) if source else None


def auth_certificate(settings: TenantSettings, environ: Mapping[str, str]) -> Path | Secret | None:
    """The certificate to sign in with: a file, which may be binary, or the secret of an environment variable."""
    source = auth_of(settings).sources.get("certificate")
    return (source.file or source.read(environ)) if source else None


def _naming(known: list[str]) -> str:
    if not known:
        return f"add one to 'tenants' in {FILE_NAME}"
    return f"add --tenant with {listed(known)}, or set 'defaultTenant' in {FILE_NAME}"


def _not_one(path: Path, documents: tuple[Document, ...]) -> Problem:
    if documents:
        return Problem("a project file has one document", "remove what follows the second '---'", documents[1].span)
    return Problem(f"{path.name} is empty", "begin it with 'apiVersion: reconciler/v1' and 'kind: Project'")


def _meaningless(document: Document) -> Iterator[Problem]:
    """What a schema cannot see: names of nothing, days that no calendar has."""
    data, spans = document.data, document.spans
    tenants = data.get("tenants", {})
    default = data.get("defaultTenant")
    if default is not None and default not in tenants:
        fix = did_you_mean(default, tenants) or f"use {listed(sorted(tenants))}" if tenants else "add it to 'tenants'"
        yield Problem(f"there is no tenant {quoted(default)}", fix, spans["defaultTenant",])
    for name, told in tenants.items():
        if "profile" in told and told["graph"] != EMBEDDED:
            fix = "take it out, or write graph: embedded"
            yield Problem("only an embedded tenant has a profile", fix, spans["tenants", name, "profile"])
    for index, entry in enumerate(data.get("guards", {}).get("protect", ())):
        yield from _no_such_kind(entry, spans["guards", "protect", index])
    for index, rule in enumerate(data.get("ignore", ())):
        yield from _no_such_kind(rule["object"], spans["ignore", index, "object"])
        if "until" in rule and _day(rule["until"]) is None:
            message = f"the calendar has no {quoted(rule['until'])}"
            yield Problem(message, "write the last day that still counts", spans["ignore", index, "until"])


def _no_such_kind(entry: str, span: Span) -> Iterator[Problem]:
    """A rule for a kind that does not exist would guard nothing, and nobody would notice."""
    kind = entry.partition("/")[0]
    known = known_kinds()
    if not any(fnmatchcase(each, kind) for each in known):
        yield Problem(f"there is no kind {quoted(kind)}", did_you_mean(kind, known, f"use {listed(known)}"), span)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _project(path: Path, data: Mapping[str, Any]) -> Project:
    root = path.parent
    tenants = {name: _tenant(name, told, root) for name, told in data.get("tenants", {}).items()}
    return Project(
        root=root,
        path=path,
        manifests=tuple(root / entry for entry in data.get("manifests", ("manifests",))),
        default_tenant=data.get("defaultTenant", ""),
        tenants=MappingProxyType(tenants),
        guards=_guards(data.get("guards", {})),
        ignore=tuple(_ignore(rule) for rule in data.get("ignore", ())),
    )


def _tenant(name: str, told: Mapping[str, Any], root: Path) -> TenantSettings:
    graph = told["graph"]
    limits = told.get("limits", {})
    pace = None if graph == EMBEDDED else REQUESTS_PER_MINUTE
    return TenantSettings(
        name=name,
        graph=graph,
        tenant_id=told.get("tenantId", ""),
        type=told.get("type"),
        auth=_auth(told["auth"], root) if "auth" in told else None,
        limits=Limits(limits.get("requestsPerMinute", pace), limits.get("concurrency", CONCURRENCY)),
        variables=MappingProxyType(dict(told.get("variables", {}))),
        profile=MappingProxyType({_snake(key): value for key, value in told.get("profile", {}).items()}),
    )


def _snake(name: str) -> str:
    """The emulator's name for a setting: `pageSize` is `page_size`."""
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def _auth(told: Mapping[str, Any], root: Path) -> Auth:
    sources = {name: _source(value, root) for name, value in told.items() if isinstance(value, Mapping)}
    return Auth(
        told["method"],
        told.get("clientId", ""),
        MappingProxyType(sources),
        root / told["tokenFile"] if "tokenFile" in told else None,
        told.get("serviceConnectionId", ""),
        told.get("authority", ""),
    )


def _source(told: Mapping[str, str], root: Path) -> SecretSource:
    return SecretSource(told["fromEnv"]) if "fromEnv" in told else SecretSource(file=root / told["fromFile"])


def _guards(told: Mapping[str, Any]) -> Guards:
    usual = Guards()
    return Guards(
        max_deletes=Limit.parse(told["maxDeletes"]) if "maxDeletes" in told else usual.max_deletes,
        max_updates=Limit.parse(told["maxUpdates"]) if "maxUpdates" in told else usual.max_updates,
        protect=tuple(told.get("protect", ())),
    )


def _ignore(rule: Mapping[str, str]) -> Ignore:
    until = rule.get("until")
    return Ignore(rule["object"], rule["field"], rule["reason"], _day(until) if until else None)
