"""OData query options, from a query string to a value."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_plus

from reconciler.emulator.errors import invalid

_KNOWN = frozenset({"select", "expand", "filter", "orderby", "top", "skip", "skiptoken", "count", "format"})


@dataclass(frozen=True)
class Options:
    """What a query string asks for; ``given`` keeps every pair as written for the next page's link."""

    select: tuple[str, ...] = ()
    expand: tuple[tuple[str, "Options"], ...] = ()
    filter: str | None = None
    orderby: str | None = None
    top: int | None = None
    skip: int = 0
    skiptoken: str | None = None
    count: bool = False
    given: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def value(self, name: str) -> str | None:
        """A query parameter that is not an OData option, such as ``@id``."""
        return next((value for key, value in self.given if key.lower() == name), None)


def parse(query: str, version: str) -> Options:
    """Read a query string; GraphError 400 for an option that is malformed or not supported.

    In beta the ``$`` may be left out; parameters that are no options are ignored. Graph docs: query parameters.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    options: dict[str, str] = {}
    for key, value in pairs:
        name = _option(key, version)
        if name is None:
            continue
        if name in options:
            raise invalid(
                f"Query option '${name}' was specified more than once, but it must be specified at most once."
            )
        options[name] = value
    return _build(options, tuple(pairs))


def _option(key: str, version: str) -> str | None:
    lowered = key.lower()
    name = lowered.removeprefix("$")
    if lowered.startswith("$"):
        if name not in _KNOWN:
            raise invalid(f"The query parameter '{key}' is not supported.")
        return name
    return name if version == "beta" and name in _KNOWN else None


def _build(options: dict[str, str], given: tuple[tuple[str, str], ...]) -> Options:
    return Options(
        select=_names(options.get("select", "")),
        expand=_expansions(options.get("expand", "")),
        filter=options.get("filter"),
        orderby=options.get("orderby"),
        top=_number("top", options["top"]) if "top" in options else None,
        skip=_number("skip", options.get("skip", "0")),
        skiptoken=options.get("skiptoken"),
        count=_boolean("count", options.get("count", "false")),
        given=given,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip() not in ("", "*"))


def _expansions(text: str) -> tuple[tuple[str, Options], ...]:
    return tuple(_expansion(part.strip()) for part in split(text, ",") if part.strip())


def _expansion(text: str) -> tuple[str, Options]:
    name, opened, rest = text.partition("(")
    if not opened:
        return text, Options()
    if not rest.endswith(")"):
        raise invalid(f"Found an unbalanced bracket expression in '{text}'.")
    options: dict[str, str] = {}
    for part in split(rest[:-1], ";"):
        key, _, value = part.partition("=")
        if key.strip().lower() not in ("$select", "$expand"):
            raise invalid(f"The query option '{key.strip()}' is not supported inside $expand.")
        options[key.strip().lower()[1:]] = unquote_plus(value)
    return name.strip(), _build(options, ())


def split(text: str, separator: str) -> list[str]:
    """Split at a separator that is outside parentheses and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for index, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if character == separator and depth == 0:
                parts.append(text[start:index])
                start = index + 1
    return [*parts, text[start:]]


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise invalid(f"Invalid value '{text}' for ${name} query option found.")
    return int(text)


def _boolean(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise invalid(f"Invalid value '{text}' for ${name} query option found.")
    return text.lower() == "true"
