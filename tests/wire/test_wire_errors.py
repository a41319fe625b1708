import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vizsla.wire import (
    FAULTS,
    MAX_URL_LENGTH,
    BodyTooLarge,
    Busy,
    Fault,
    Forbidden,
    HeadTooLarge,
    HttpNotAllowed,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TooSlow,
    Unauthorized,
    UrlTooLong,
    WireError,
    decode_error,
)

# Every way to raise, and the row it must lead to.
RAISED = [
    (InvalidRequest.missing("q"), "ParameterMissing"),
    (InvalidRequest.invalid("count", "-1", "Use more."), "ParameterInvalidValue"),
    (InvalidRequest(FAULTS["Blocked"]), "Blocked"),
    (Unauthorized(), "AuthorizationMissing"),
    (Unauthorized("Use one key.", redundant=True), "AuthorizationRedundancy"),
    (Forbidden(), "AuthorizationDisabled"),
    (Forbidden(expired=True), "AuthorizationExpired"),
    (QuotaExceeded(3600), "QuotaExceeded"),
    (UrlTooLong(), "UrlTooLong"),
    (NotFound("Look elsewhere."), "NotFound"),
    (MethodNotAllowed("Use GET."), "MethodNotAllowed"),
    (HttpNotAllowed(), "HttpNotAllowed"),
    (InvalidRequest(FAULTS["Malformed"]), "Malformed"),
    (TooSlow(), "TooSlow"),
    (BodyTooLarge(1_048_576), "BodyTooLarge"),
    (HeadTooLarge(32_768), "HeadTooLarge"),
    (RateLimited(), "RateLimited"),
    (ServerError(), "UnexpectedError"),
    (ServerError("ResourceError", more_details="Rebuild the index."), "ResourceError"),
    (ServerError("NotImplemented"), "NotImplemented"),
    (Busy(), "Busy"),
]

DOCUMENTED = {
    (400, "InvalidRequest", "ParameterMissing"),
    (400, "InvalidRequest", "ParameterInvalidValue"),
    (400, "InvalidRequest", "Blocked"),
    (401, "InvalidAuthorization", "AuthorizationMissing"),
    (401, "InvalidAuthorization", "AuthorizationRedundancy"),
    (403, "InsufficientAuthorization", "AuthorizationDisabled"),
    (403, "InsufficientAuthorization", "AuthorizationExpired"),
    (403, "RateLimitExceeded", None),
    (410, "InvalidRequest", "HttpNotAllowed"),
    (429, "RateLimitExceeded", None),
    (500, "ServerError", "UnexpectedError"),
    (500, "ServerError", "ResourceError"),
    (500, "ServerError", "NotImplemented"),
}
"""Section 13.2 of the v7 reference; it gives no status for `Blocked`, and no code for 404."""

OF_HTTP = {
    (400, "InvalidRequest", None),
    (404, "InvalidRequest", None),
    (405, "InvalidRequest", None),
    (408, "InvalidRequest", None),
    (413, "InvalidRequest", None),
    (431, "InvalidRequest", None),
    (503, "ServerError", "ResourceError"),
}
"""What HTTP itself has a status for, in the same shape."""


def test_the_table_holds_every_documented_fault() -> None:
    rows = {(fault.status, fault.code, fault.sub_code) for fault in FAULTS.values()}
    assert rows - DOCUMENTED == OF_HTTP
    assert rows >= DOCUMENTED


def test_every_row_can_be_raised() -> None:
    assert {row for _, row in RAISED} == set(FAULTS)


@pytest.mark.parametrize(("error", "row"), RAISED, ids=[row for _, row in RAISED])
def test_every_error_has_one_shape(error: WireError, row: str) -> None:
    fault = FAULTS[row]
    body = json.loads(error.encode())
    assert error.status == fault.status
    assert list(body)[:2] == ["_type", "errors"]
    assert body["_type"] == "ErrorResponse"
    (entry,) = body["errors"]
    assert entry["code"] == fault.code
    assert entry.get("subCode") == fault.sub_code
    assert entry["message"].startswith(fault.message)
    assert set(entry) <= {"code", "subCode", "message", "moreDetails", "parameter", "value"}
    assert ("error" in body) == (fault.status in {401, 403})


@pytest.mark.parametrize(
    ("seconds", "duration"),
    [(0, "0.00:00:00"), (59, "0.00:00:59"), (86_399, "0.23:59:59"), (1_952_292, "22.14:18:12")],
)
def test_a_quota_that_is_used_up_tells_when_it_comes_back(seconds: int, duration: str) -> None:
    response = QuotaExceeded(seconds).response()
    assert response.error is not None
    told = f"Out of call volume quota. Quota will be replenished in {duration}."
    assert (response.errors[0].message, response.error.message) == (told, told)


@pytest.mark.parametrize(("error", "row"), RAISED, ids=[row for _, row in RAISED])
def test_a_client_gets_back_what_was_raised(error: WireError, row: str) -> None:
    received = decode_error(error.status, error.encode(), retry_after=error.retry_after)
    assert received.error == error.error
    assert (received.status, received.retry_after) == (error.status, error.retry_after)
    assert str(received) == str(error)
    assert isinstance(received, NotFound if row == "UrlTooLong" else type(error))


def test_a_missing_parameter_is_told_as_documented() -> None:
    assert json.loads(InvalidRequest.missing("q").encode()) == {
        "_type": "ErrorResponse",
        "errors": [
            {
                "code": "InvalidRequest",
                "subCode": "ParameterMissing",
                "message": "Required parameter is missing.",
                "parameter": "q",
            }
        ],
    }


def test_a_missing_key_is_told_in_both_shapes_at_once() -> None:
    body = json.loads(Unauthorized().encode())
    assert body["error"]["code"] == "401"
    assert body["error"]["message"].startswith("Access denied due to invalid subscription key")
    assert body["errors"] == [
        {
            "code": "InvalidAuthorization",
            "subCode": "AuthorizationMissing",
            "message": "Authorization is required.",
            "moreDetails": "Subscription key is not recognized.",
        }
    ]


def test_a_long_url_is_not_found() -> None:
    assert MAX_URL_LENGTH == 2048
    assert UrlTooLong().status == 404
    assert json.loads(UrlTooLong().encode())["_type"] == "ErrorResponse"


def test_a_sentence_names_the_parameter_its_value_and_what_to_do() -> None:
    assert (
        str(InvalidRequest.invalid("count", "-1", "Use a whole number, 0 or greater."))
        == "Parameter has invalid value. (count='-1') Use a whole number, 0 or greater."
    )


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (401, b'{"error":{"code":"401","message":"Access denied"}}', Unauthorized, "Access denied"),
        (401, b'{"statusCode":401,"message":"Access denied"}', Unauthorized, "Access denied"),
        (403, b'{"statusCode":403,"message":"Out of quota"}', Forbidden, "Out of quota"),
        (404, b"<html>", NotFound, "The server answered with status 404."),
        (429, b"", RateLimited, "The server answered with status 429."),
        (503, b'{"errors":[]}', Busy, "The server answered with status 503."),
        (418, b"[" * 100_000, InvalidRequest, "The server answered with status 418."),
    ],
)
def test_other_shapes_are_read_too(status: int, body: bytes, kind: type[WireError], message: str) -> None:
    error = decode_error(status, body)
    assert type(error) is kind
    assert (error.status, error.error.message) == (status, message)


@settings(deadline=None)
@given(st.integers(300, 599), st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
def test_every_failed_answer_becomes_an_error(status: int, body: bytes) -> None:
    error = decode_error(status, body)
    assert error.status == status
    assert error.error.message


def test_a_fault_of_no_gateway_has_no_gateway_shape() -> None:
    assert WireError(Fault(400, "InvalidRequest", None, "No.")).response().error is None
