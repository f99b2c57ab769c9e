"""Statuses and bodies to the contract's errors."""

from datetime import UTC, datetime

import pytest

from gaugeway.errors import ReadError
from gaugeway.transport import Reply
from gaugeway.transport.outcome import error_for, message_of, reported_failure, retry_after_of

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (301, None, "redirect"),
        (302, {"error": "expired key"}, "redirect"),
        (308, None, "redirect"),
        (400, None, "client_error"),
        (401, None, "unauthorized"),
        (
            401,
            {"error": {"message": "Authentication Error - Expired Key", "type": "expired_key"}},
            "key_expired",
        ),
        (401, {"detail": "Invalid API key format: API key must start with 'gw-' prefix"}, "unauthorized"),
        (400, {"error": {"message": "x", "type": "token_not_found_in_db"}}, "unauthorized"),
        (400, {"code": "INVALID_API_KEY", "message": "Invalid API key"}, "unauthorized"),
        (403, {"code": "API_KEY_EXPIRED", "message": "API key expired"}, "key_expired"),
        (402, None, "client_error"),
        (403, None, "forbidden"),
        (
            403,
            {"error": {"message": "You are not allowed to access this key's info. Your role=internal_user"}},
            "forbidden",
        ),
        (404, None, "not_found"),
        (405, None, "not_found"),
        (422, {"error": {"message": "Budget has been exceeded!", "type": "budget_exceeded"}}, "client_error"),
        (429, None, "rate_limited"),
        (500, None, "server_error"),
        (503, ["odd"], "server_error"),
        (204, None, "gateway_error"),
    ],
)
def test_codes(status, body, code):
    error = error_for(status, {}, body, path="/quota", now=NOW)
    assert error.code == code
    assert f"/quota answered {status}" in error.message
    assert error.hint


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"success": False, "message": "database is down"}, "gateway_error"),
        ({"success": False, "message": "无效的令牌"}, "unauthorized"),
        ({"success": False, "message": "该令牌已过期"}, "key_expired"),
        ({"error": {"message": "token is expired", "type": "one_api_error"}}, "key_expired"),
    ],
)
def test_a_200_that_reports_failure(body, code):
    error = reported_failure(Reply(200, {}, body, "/quota"))
    assert error.code == code
    assert error.message.startswith("/quota reports a failure: ")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"message": "no"}}, "gateway_error"),
        ({"error": None, "code": 1}, "unexpected_shape"),
        ({"success": False}, "gateway_error"),
        ({"success": False, "data": {"used": 0}}, "gateway_error"),
        ({"status": False, "data": {"used": 0}}, "gateway_error"),
        ({"detail": "Invalid API key"}, "unauthorized"),
        ({"message": "welcome"}, "unexpected_shape"),
        ([{"data": {}}], "unexpected_shape"),
    ],
)
def test_what_an_answer_without_its_fields_is(body, code):
    reply = Reply(200, {}, body)
    with pytest.raises(ReadError) as raised:
        reply.fields("data", "info")
    assert raised.value.code == code
    assert reply.refusal("data is missing").code == code


def test_fields_that_are_there_count_more_than_an_error_beside_them():
    notes: list[str] = []
    fields = Reply(200, {}, {"info": {"used": 1}, "error": "slow"}).fields("data", "info", notes=notes)
    assert fields.need("info").number("used") == 1
    assert fields.notes is notes


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"error": {"message": "a\x1b[2Jb"}}, "a[2Jb"),
        ({"error": "plain"}, "plain"),
        ({"error": {"code": 1}, "message": "outer"}, "outer"),
        ({"msg": "m"}, "m"),
        ({"detail": "d"}, "d"),
        ({"error": 5}, ""),
        ([], ""),
        (None, ""),
        ({"message": "x" * 5000}, "x" * 199 + "…"),
    ],
)
def test_messages_are_cleaned(body, message):
    assert message_of(body) == message


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        (" 7 ", 7),
        ("999999999999", 86400),
        ("Sun, 22 Nov 2026 10:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 10:02:00 -0000", 120),
        ("Sun, 22 Nov 2026 09:00:00 GMT", 0),
        ("Sun, 22 Nov 2099 09:00:00 GMT", 86400),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after(text, seconds):
    assert retry_after_of({"retry-after": text}, NOW) == seconds
    assert error_for(429, {"retry-after": text}, None, path="/", now=NOW).retry_after == seconds
    assert error_for(401, {"retry-after": text}, None, path="/", now=NOW).retry_after is None
