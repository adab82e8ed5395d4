"""Errors: what people read when Graph says no, in whatever form it says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from reconciler.msgraph.errors import Veil, clean, failure, fault_of, network_fix, unanswered, unknown

HTML = "<!DOCTYPE html><html><head><title>Access\n denied</title></head><body>…</body></html>"
BARE = Veil()


@pytest.mark.parametrize(
    ("status", "body", "text"),
    [
        (
            403,
            {"error": {"code": "AADB2C", "message": "No.", "innerError": {"request-id": "r1"}}},
            "403 Forbidden: AADB2C: No. (request-id r1)",
        ),
        (
            400,
            {"error": {"code": "BadRequest", "message": "No.", "innererror": {"request-id": "r2"}}},
            "400 Bad Request: BadRequest: No. (request-id r2)",
        ),
        (400, {"error": {"code": "", "message": "No.", "innerError": {"date": "x"}}}, "400 Bad Request: No."),
        (404, {"error": {"message": '{"message":"No resource"}'}}, "404 Not Found: No resource"),
        (404, {"error": {"message": '{"other":1}'}}, '404 Not Found: {"other":1}'),
        (404, {"error": {"message": "{broken"}}, "404 Not Found: {broken"),
        (400, {"error": "invalid_client", "error_description": "Why."}, "400 Bad Request: invalid_client: Why."),
        (400, {"error": "odd", "message": "Why."}, "400 Bad Request: odd: Why."),
        (400, {"message": "Why."}, '400 Bad Request: {"message": "Why."}'),
        (502, HTML, "502 Bad Gateway: a web page: Access denied"),
        (502, "<html><body>x</body></html>", "502 Bad Gateway: a web page"),
        (502, "upstream gone", "502 Bad Gateway: upstream gone"),
        (500, ["x"], '500 Internal Server Error: ["x"]'),
        (500, "", "500 Internal Server Error"),
        (500, None, "500 Internal Server Error"),
        (499, {}, "499"),
    ],
)
def test_every_form_of_error_is_one_line(status: int, body: Any, text: str) -> None:
    """Graph's own errors, OAuth's, a proxy's web page, or nothing: one line that can be read."""
    assert str(fault_of(status, body, {}, BARE)) == text


def test_the_request_id_of_the_answer_comes_first() -> None:
    """Support asks for the id in the headers; the body's is the same where both are there."""
    body = {"error": {"code": "c", "message": "m", "innerError": {"request-id": "body"}}}
    assert fault_of(400, body, {"Request-Id": "head"}, BARE).request_id == "head"


@pytest.mark.parametrize(
    ("status", "code", "message", "advice"),
    [
        (400, "AADB2C99039", "The feature self service sign up is not enabled", "AuthenticationFlowsPolicy manifest"),
        (400, "AADB2C", "AADB2C99039: not enabled", "AuthenticationFlowsPolicy manifest"),
        (400, "AADB2C90063", "There is a problem with the service.", "type or version the tenant does not support"),
        (403, "AADB2C", "'x' is not an Azure AD B2C directory. Access", "Azure AD B2C tenants only"),
        (403, "AccessDenied_NonB2CTenantNotAllowed", "", "Azure AD B2C tenants only"),
        (
            401,
            "AADB2C",
            "requires feature: 'EnableMsGraphAuthenticationEventListener'",
            "events flows need an external",
        ),
        (401, "InvalidAuthenticationToken", "Expired.", "the token has expired"),
        (403, "Authorization_RequestDenied", "No.", "lacks the permission"),
        (429, "TooManyRequests", "", "limits.requestsPerMinute"),
    ],
)
def test_known_answers_come_with_advice(status: int, code: str, message: str, advice: str) -> None:
    """What people are known to meet says what to do about it."""
    fault = fault_of(status, {"error": {"code": code, "message": message}}, {}, BARE)
    assert advice in fault.fix
    assert unknown(fault).reason == f"{fault}; {fault.fix}"
    assert unknown(fault).code == code


def test_unknown_answers_come_without_advice() -> None:
    """Nothing is made up."""
    fault = fault_of(400, {"error": {"code": "Odd", "message": "Odd."}}, {}, BARE)
    assert fault.fix == ""
    assert unknown(fault).reason == "400 Bad Request: Odd: Odd."


@pytest.mark.parametrize(
    ("error", "words", "fix"),
    [
        (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), "no connection: [SSL", "SSL_CERT_FILE"),
        (httpx.ConnectTimeout(""), "no connection: ConnectTimeout", ""),
        (httpx.ReadTimeout("slow"), "no answer in time: slow", ""),
        (httpx.RemoteProtocolError("gone"), "gone", ""),
    ],
)
def test_a_failure_on_the_way_is_one_line(error: httpx.HTTPError, words: str, fix: str) -> None:
    """A network that fails says how, and what to check where that is known."""
    assert failure(error, BARE).startswith(words)
    assert fix in network_fix(error)
    assert words in unanswered(error, BARE).reason


def test_words_that_must_not_be_shown_are_not() -> None:
    """The longest secret is hidden first, so that no part of one remains; a word of three letters spoils no text."""
    veil = Veil(("abcd", "abcdef", "", "the"))
    assert veil.over("the xabcdefx abcd") == "the x(secret)x (secret)"
    assert "abcd" not in repr(veil)


def test_a_short_text_stays_as_it_is() -> None:
    """Cleaning changes only what a terminal cannot bear."""
    assert clean("Ein Wörtchen, 漢字 🙂") == "Ein Wörtchen, 漢字 🙂"
