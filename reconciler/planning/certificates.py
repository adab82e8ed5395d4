"""Certificates that objects sign in with: which one is in use, whether it is the wanted one, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from reconciler.model.addresses import Address
from reconciler.model.kinds import Certificate, Kind, Property
from reconciler.model.live import LiveObject
from reconciler.model.plans import Certify, Change, Expiry
from reconciler.model.problems import Problem, Severity
from reconciler.model.resources import PublicPart, Resource
from reconciler.model.secrets import Secret
from reconciler.model.values import Tree, get
from reconciler.planning.situation import Situation

_SOON = 30  # days before the end of a certificate from which on it is worth a warning


def renewals(resource: Resource, kind: Kind, live: LiveObject, situation: Situation) -> Iterator[Certify]:
    """The wanted certificates that are not in use where a certificate is. Of one that nobody here can open, receipts
    tell whether it was sent."""
    options = situation.options
    for known, held in _held(kind):
        if known.path not in compared(resource, kind, live) or options.ignores(resource.address, known.path):
            continue
        asked = options.sends_secrets_of(resource.address)
        wanted = resource.certificates.get(known.path)
        if wanted is None and (asked or situation.has_changed(resource, known.path)):
            told = _secret_change(resource, known)
            yield _upload(resource, known, held, "", (told,))
        elif wanted is not None and (asked or not _is_settled(wanted, live, held, options.today)):
            used = _active(live, held)
            before = _words(_thumbprint(used), _end(used)) if used else None
            shown = Change(held.shown, before, _words(wanted.thumbprint, wanted.not_after))
            yield _upload(resource, known, held, wanted.thumbprint, (_secret_change(resource, known), shown))


def _secret_change(resource: Resource, known: Property) -> Change:
    secret = get(resource.properties, known.path)
    return Change(known.path, secret, secret)


def _upload(
    resource: Resource, known: Property, held: Certificate, thumbprint: str, told: tuple[Change, ...]
) -> Certify:
    paths = (known.path, held.password)
    return Certify(
        address=resource.address,
        operation=held.upload,
        shown=held.shown,
        thumbprint=thumbprint,
        body={path.rpartition(".")[2]: get(resource.properties, path) for path in paths},
        changes=told,
        source=resource.where(known.path),
    )


def compared(resource: Resource, kind: Kind, live: LiveObject) -> frozenset[str]:
    """The paths of the secrets that are uploaded where a certificate is in use already, and nothing else changes."""
    secrets = [(known, held, get(resource.properties, known.path)) for known, held in _held(kind)]
    given = [(known, held) for known, held, secret in secrets if isinstance(secret, Secret) and secret.is_set]
    return frozenset(path for known, held in given if _signs_with(live, held) for path in (known.path, held.password))


def expiries(kind: Kind, address: Address, live: LiveObject) -> Iterator[Expiry]:
    """The certificates that an object signs in with now."""
    for _, held in _held(kind):
        used = _active(live, held)
        if used and isinstance(used.get("notAfter"), int):
            yield Expiry(address, _thumbprint(used), _day(used["notAfter"]).isoformat())


def warnings(found: Iterable[Expiry], today: date) -> Iterator[Problem]:
    """A warning for each certificate that has ended or soon will."""
    for each in found:
        left = (date.fromisoformat(each.ends) - today).days
        if left <= _SOON:
            when = f"ended on {each.ends}" if left < 0 else f"ends on {each.ends}, in {left} days"
            message = f"the certificate {each.thumbprint} of {each.address} {when}"
            fix = "put a new one where the manifest takes it from: apply uploads it beside the old one"
            yield Problem(message, fix, about=each.address, severity=Severity.WARNING)


def _is_settled(wanted: PublicPart, live: LiveObject, held: Certificate, today: date) -> bool:
    """Whether it is in use, or is there and cannot be used on this day: sending it again would change nothing."""
    active = _active(live, held)
    used = _thumbprint(active) if active else ""
    there = {_thumbprint(each) for each in _listed(live, held)}
    valid = _day(wanted.not_before) <= today <= _day(wanted.not_after)
    return wanted.thumbprint == used or (wanted.thumbprint in there and not valid)


def _held(kind: Kind) -> Iterator[tuple[Property, Certificate]]:
    return ((known, known.certificate) for known in kind.properties if known.certificate is not None)


def _signs_with(live: LiveObject, held: Certificate) -> bool:
    return isinstance(get(live.properties, held.shown), list)


def _active(live: LiveObject, held: Certificate) -> Tree | None:
    """The certificate in use. Graph docs: pkcs12CertificateInformation."""
    return next((each for each in _listed(live, held) if each.get("isActive") is True), None)


def _listed(live: LiveObject, held: Certificate) -> list[Tree]:
    return [each for each in get(live.properties, held.shown) or () if isinstance(each, Mapping)]


def _thumbprint(shown: Tree) -> str:
    return str(shown.get("thumbprint", "")).upper()


def _end(used: Tree) -> int | None:
    end = used.get("notAfter")
    return end if isinstance(end, int) else None


def _words(thumbprint: str, end: int | None) -> str:
    return f"{thumbprint} until {_day(end)}" if end is not None else thumbprint


def _day(seconds: int) -> date:
    """The day of a Unix time; one beyond what a calendar has is its last."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (OverflowError, ValueError, OSError):
        return date.max
