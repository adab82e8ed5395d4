"""Faults to order: which requests go wrong, how, and how often; the same every time for one seed."""

import random
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, Self, get_args

FaultKind = Literal["status", "lost-before", "lost-after", "lag", "latency", "broken-json", "hang"]
HANG_SECONDS = 3600.0

_CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    409: "Directory_ConcurrencyViolation",
    429: "TooManyRequests",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


@dataclass(frozen=True)
class Fault:
    """One rule.

    ``route`` is a path pattern, optionally after a method pattern: ``POST */apiConnectors``. Patterns are globs in
    any case on the path with its version, or a regular expression if they start with ``^``. The route must name
    ``$batch`` to strike a batch as such; otherwise its items are struck one by one.
    ``rate`` is the share of matching requests struck, ``nth`` strikes exactly that one (from 1), ``times`` at most
    that many. ``seconds`` is the length of a lag, latency or hang, ``retry_after`` that of the header.
    """

    kind: FaultKind
    route: str = "*"
    rate: float = 1.0
    nth: int | None = None
    times: int | None = None
    status: int = 503
    retry_after: float | None = None
    seconds: float | None = None
    code: str | None = None
    message: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"unknown fault {self.kind!r}, expected a status or {', '.join(get_args(FaultKind)[1:])}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"the rate of a fault is {self.rate}, expected 0 to 1")
        if not 400 <= self.status <= 599:
            raise ValueError(f"the status of a fault is {self.status}, expected 400 to 599")
        if any(number is not None and number < 1 for number in (self.nth, self.times)):
            raise ValueError("nth and times of a fault are counted from 1")
        if any(number is not None and number < 0 for number in (self.seconds, self.retry_after)):
            raise ValueError("seconds and retry-after of a fault cannot be negative")
        if self.kind in ("lag", "latency") and self.seconds is None:
            raise ValueError(f"a fault {self.kind!r} needs seconds")
        self._compile()

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is one this rule is about; ``path`` has no query."""
        wanted_method, wanted_path = self._split()
        if path.lower().endswith("$batch") and "$batch" not in wanted_path.lower():
            return False
        return fnmatchcase(method.lower(), wanted_method.lower()) and self._matches_path(wanted_path, path)

    def _matches_path(self, wanted: str, path: str) -> bool:
        if wanted.startswith("^"):
            return re.search(wanted, path, re.IGNORECASE) is not None
        return fnmatchcase(path.lower(), wanted.lower())

    def _split(self) -> tuple[str, str]:
        method, space, path = self.route.strip().partition(" ")
        return (method, path.strip()) if space else ("*", method)

    def _compile(self) -> None:
        path = self._split()[1]
        try:
            re.compile(path if path.startswith("^") else "")
        except re.error as error:
            raise ValueError(f"the route {self.route!r} is no regular expression: {error}") from error

    @property
    def error_code(self) -> str:
        """The code in the error object of a status fault."""
        return self.code or _CODES.get(self.status, "UnknownError")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``kind:name=value,…`` where kind is a fault or a status; ValueError says what is wrong.

        ``route`` comes last, since it may hold commas and equal signs.
        """
        kind, _, rest = text.strip().partition(":")
        options: dict[str, Any] = {"status": int(kind), "kind": "status"} if kind.isdecimal() else {"kind": kind}
        rest, marker, route = rest.partition("route=")
        for part in filter(None, (each.strip() for each in rest.split(","))):
            name, _, value = part.partition("=")
            options[name.strip().replace("-", "_")] = _number(name.strip(), value.strip())
        return cls.from_json(options | ({"route": route} if marker else {}))

    @classmethod
    def from_json(cls, options: dict[str, Any]) -> Self:
        """Read a JSON object whose members are the fields; ValueError for others or wrong types."""
        named = {name.replace("-", "_"): value for name, value in options.items()}
        unknown = sorted(set(named) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(f"unknown fault option {unknown[0]!r}")
        try:
            return cls(**named)
        except (TypeError, AttributeError) as error:
            raise ValueError(f"not a fault: {options!r}") from error


_NUMBERS: dict[str, type[int] | type[float]] = {
    **dict.fromkeys(("nth", "times", "status"), int),
    **dict.fromkeys(("rate", "seconds", "retry-after", "retry_after"), float),
}


def _number(name: str, text: str) -> Any:
    kind = _NUMBERS.get(name)
    try:
        return text if kind is None else kind(text)
    except ValueError as error:
        raise ValueError(f"the fault option {name!r} is {text!r}, expected a number") from error


@dataclass(frozen=True)
class Faults:
    """Rules in order, and the seed from which their rates draw."""

    rules: tuple[Fault, ...] = ()
    seed: int = 0

    @classmethod
    def parse(cls, texts: Iterable[str], seed: int = 0) -> Self:
        """Read rules as given to ``--fault``, such as ``429:rate=0.1,retry-after=1``; ValueError if one is wrong."""
        return cls(tuple(Fault.parse(text) for text in texts), seed)

    @classmethod
    def from_json(cls, body: Any) -> Self:
        """Read ``{"seed": 7, "rules": [{…} or "429:rate=0.1"]}``; ValueError if it is anything else."""
        if not isinstance(body, dict) or not isinstance(body.get("rules"), list):
            raise ValueError("faults are an object with a list of rules")  # noqa: TRY004 - a wrong value in a file
        seed = body.get("seed", 0)
        if not isinstance(seed, int) or set(body) - {"rules", "seed"}:
            raise ValueError("faults have rules and a whole number as seed")
        return cls(tuple(_rule(rule) for rule in body["rules"]), seed)

    def to_json(self) -> dict[str, Any]:
        """The rules as a JSON object that can be read back."""
        return {"seed": self.seed, "rules": [asdict(rule) for rule in self.rules]}


def _rule(rule: Any) -> Fault:
    if isinstance(rule, str):
        return Fault.parse(rule)
    if isinstance(rule, dict):
        return Fault.from_json(rule)
    raise ValueError(f"a fault rule is text or an object, not {rule!r}")


@dataclass(frozen=True)
class Strike:
    """What befalls one request: seconds to wait, seconds to look back, and at most one way to fail."""

    latency: float = 0.0
    lag: float = 0.0
    failure: Fault | None = None


class FaultDice:
    """Faults as they are played: counts matching requests, and draws from rule, seed and count alone."""

    def __init__(self, faults: Faults | None = None):
        self.faults = faults or Faults()
        self._matched = [0] * len(self.faults.rules)
        self._struck = [0] * len(self.faults.rules)

    def strike(self, method: str, path: str) -> Strike:
        """What befalls the next request; delays add up, of several failures the first counts."""
        latency, lag, failure = 0.0, 0.0, None
        for index, rule in enumerate(self.faults.rules):
            if not rule.matches(method, path) or not self._falls(index, rule):
                continue
            if rule.kind == "latency":
                latency += rule.seconds or 0.0
            elif rule.kind == "lag":
                lag = max(lag, rule.seconds or 0.0)
            else:
                failure = failure or rule
        return Strike(latency, lag, failure)

    def _falls(self, index: int, rule: Fault) -> bool:
        self._matched[index] += 1
        count = self._matched[index]
        if rule.nth is not None and count != rule.nth:
            return False
        if rule.times is not None and self._struck[index] >= rule.times:
            return False
        if random.Random(f"{self.faults.seed}/{index}/{count}").random() >= rule.rate:  # repeatable on purpose
            return False
        self._struck[index] += 1
        return True
