"""What Graph and the way to it say when something fails, in words a person can use and a terminal can bear.

Source: Graph docs: error responses. This service reuses generic codes (`AADB2C`, `BadRequest`, an empty one), so an
explanation may have to look at the message too.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from reconciler.model.errors import LostAnswerError, RejectedError, UnreachableError
from reconciler.model.live import Unknown
from reconciler.model.secrets import MASK
from reconciler.msgraph.explanations import explanation

LIMIT = 400  # characters of a server's words that are repeated
SHORTEST = 4  # characters of a word that is worth hiding
LOOK = "look before repeating it: running again does"
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)|\x9b[0-?]*[ -/]*[@-~]", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Veil:
    """Words that a server must not get printed by repeating them: the token, secrets that were sent.

    A word of fewer than four characters is in half of all texts: hiding it would spoil them and show it all the more.
    """

    words: tuple[str, ...] = ()

    def over(self, text: str) -> str:
        """The text with each of them as `(secret)`, longest first."""
        spellings = {form for word in self.words if len(word) >= SHORTEST for form in _spellings(word)}
        for each in sorted(spellings, key=lambda form: (-len(form), form)):
            text = text.replace(each, MASK)
        return text


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal by Graph: the HTTP status, Graph's code and message, and the id for a support case."""

    status: int
    code: str = ""
    message: str = ""
    request_id: str = ""

    def __str__(self) -> str:
        words = [f"{self.status} {_phrase(self.status)}".strip(), self.code, self.message]
        text = ": ".join(word for word in words if word)
        return f"{text} (request-id {self.request_id})" if self.request_id else text

    @property
    def fix(self) -> str:
        """What to do about it, where that is known."""
        return explanation(self.status, self.code, self.message)


def clean(text: object, limit: int = LIMIT) -> str:
    """A server's words on one line: no control characters, no escape sequences, no more than `limit` characters."""
    visible = ANSI.sub(" ", str(text)[: 20 * limit])
    shown = "".join(" " if unicodedata.category(char) in INVISIBLE else char for char in visible)
    line = " ".join(shown.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def fault_of(status: int, body: Any, headers: Mapping[str, str], veil: Veil) -> Fault:
    """The fault in an answer, whatever its body: a Graph error, another JSON, text, a web page, nothing."""
    error = body.get("error") if isinstance(body, Mapping) else None
    code, message, request_id = "", "", ""
    if isinstance(error, Mapping):
        code, message, request_id = str(error.get("code") or ""), _message(error), _inner(error, "request-id")
    elif error is not None and isinstance(body, Mapping):
        code, message = str(error), str(body.get("error_description") or body.get("message") or "")
    elif body:
        message = _page(body) if isinstance(body, str) else json.dumps(body, default=str)
    named = next((value for name, value in headers.items() if name.lower() == "request-id"), "")
    return Fault(
        status, clean(veil.over(code), 80), clean(veil.over(message)), clean(veil.over(named or request_id), 80)
    )


def unknown(fault: Fault) -> Unknown:
    """The fault as the answer to a read."""
    return Unknown(f"{fault}; {fault.fix}" if fault.fix else str(fault), fault.code, fault.status)


def unanswered(error: httpx.HTTPError, veil: Veil) -> Unknown:
    """A transport's failure as the answer to a read."""
    return Unknown(_joined(failure(error, veil), network_fix(error)))


def failure(error: Exception, veil: Veil) -> str:
    """A transport's failure in one line: `no connection: …`."""
    words = clean(veil.over(str(error))) or type(error).__name__
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError):
        return f"no connection: {words}"
    if isinstance(error, httpx.TimeoutException):
        return f"no answer in time: {words}"
    return words


def network_fix(error: Exception) -> str:
    """What to do about a failure on the way, where that is known."""
    words = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return "if a proxy opens TLS here, name its certificates with SSL_CERT_FILE"
    if "out of patience" in words:
        return "allow a longer wait, or run again: what is done stays done"
    if isinstance(error, httpx.ConnectError):
        return "check the 'graph' of the tenant, the network and HTTPS_PROXY"
    return ""


def rejected(fault: Fault) -> RejectedError:
    """The error for a write that Graph refused."""
    return RejectedError(str(fault), fault.fix, status=fault.status, code=fault.code, request_id=fault.request_id)


def throttled(fault: Fault) -> UnreachableError:
    """The error for a write that was throttled past all patience: nothing was done."""
    return UnreachableError(str(fault), fault.fix, status=fault.status, code=fault.code, request_id=fault.request_id)


def lost(fault: Fault, retry_after: float | None = None) -> LostAnswerError:
    """The error for a write of which nobody knows whether it was committed.

    Its `retry_after` is the seconds that Graph wants to be left alone, where it said so.
    """
    error = LostAnswerError(
        f"nobody knows whether it was done: {fault}",
        LOOK,
        status=fault.status,
        code=fault.code,
        request_id=fault.request_id,
    )
    error.retry_after = retry_after
    return error


def broken_off(error: httpx.HTTPError, veil: Veil, *, sent: bool) -> LostAnswerError | UnreachableError:
    """The error for a write that got no answer: certainly not carried out, or nobody knows."""
    words = failure(error, veil)
    if not sent:
        return UnreachableError(words, network_fix(error))
    return LostAnswerError(f"nobody knows whether it was done: {words}", LOOK)


def _spellings(word: str) -> Iterable[str]:
    return {word, quote(word, safe=""), json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _message(error: Mapping[str, Any]) -> str:
    """The message; unrouted paths answer with JSON inside the string, of which the inner message is shown."""
    text = str(error.get("message") or "")
    if not text.startswith("{"):
        return text
    try:
        inside = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return str(inside["message"]) if isinstance(inside, dict) and "message" in inside else text


def _inner(error: Mapping[str, Any], name: str) -> str:
    for spelling in ("innerError", "innererror"):
        inner = error.get(spelling)
        if isinstance(inner, Mapping) and inner.get(name):
            return str(inner[name])
    return ""


def _page(text: str) -> str:
    """The title of a web page, as a proxy sends it; other text as it is."""
    if not re.match(r"\s*<(!doctype|html|head|\?xml)", text[:200], re.IGNORECASE):
        return text
    title = re.search(r"<title[^>]*>(.*?)</title>", text[:20_000], re.IGNORECASE | re.DOTALL)
    return f"a web page: {title[1]}" if title else "a web page"


def _joined(words: str, fix: str) -> str:
    return f"{words}; {fix}" if fix else words
