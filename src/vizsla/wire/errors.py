"""What goes wrong on the wire: one exception tree, one table of faults, one body for both kinds of clients.

WireError
├── InvalidRequest        400  a parameter is missing or has a value that is not valid, or it is no HTTP
│   ├── UrlTooLong        404  the URL has more than 2,048 characters
│   ├── NotFound          404  there is nothing at this path
│   ├── MethodNotAllowed  405  the path does not take this method
│   ├── HttpNotAllowed    410  plain HTTP where the owner demands HTTPS
│   ├── TooSlow           408  the request did not arrive in time
│   ├── BodyTooLarge      413  more bytes are posted than are taken
│   └── HeadTooLarge      431  more bytes of headers than are taken
├── Unauthorized          401  no key, a wrong key, or more than one kind of key
├── Forbidden             403  the key is disabled or has expired
├── QuotaExceeded         403  the key's calls of the month are used up
├── RateLimited           429  too many calls per second
└── ServerError           500  our fault
    └── Busy              503  more callers or uploads at once than the server takes

Raised where known, rendered once, at the server's edge (`WireError.encode`); read back by clients with
`decode_error`. Source: the v7 reference, section 13.
"""

from typing import Final, NamedTuple, Self

import msgspec

MAX_URL_LENGTH: Final = 2048
"""Characters of a URL; a longer one is answered with 404 (the v7 reference, section 1.3)."""


_SOON: Final = 1
"""Seconds of `Retry-After`: published clients really sleep that long, three times."""


class Error(msgspec.Struct, kw_only=True, rename="camel", omit_defaults=True):
    """One entry of `ErrorResponse.errors` (the v7 reference, section 13.1)."""

    code: str = "None"
    """Class of the error, for example `InvalidRequest`. The Swagger's default is the word `None`."""
    sub_code: str | None = None
    """Closer reason, for example `ParameterMissing`; absent where the code has none."""
    message: str = msgspec.field(default_factory=lambda: "")
    """What happened, for people. Always sent."""
    more_details: str | None = None
    """What to do about it."""
    parameter: str | None = None
    """Name of the parameter at fault."""
    value: str | None = None
    """The value that was not accepted."""


class GatewayError(msgspec.Struct, kw_only=True):
    """The shape in which the gateway in front of the service refused keys (the v7 reference, section 13.3)."""

    code: str = ""
    """The status as a string, for example `401`."""
    message: str = ""


class ErrorResponse(msgspec.Struct, kw_only=True, tag_field="_type", tag="ErrorResponse", omit_defaults=True):
    """Body of every failed request. For 401 and 403 it is the gateway's body as well, in one object."""

    errors: list[Error] = msgspec.field(default_factory=list)
    error: GatewayError | None = None
    """Only where a gateway answered: clients written against it look here first, the others never."""


class Fault(NamedTuple):
    """One row of the table of faults (the v7 reference, section 13.2)."""

    status: int
    code: str
    sub_code: str | None
    message: str
    gateway: str | None = None
    """Message of the gateway's shape, where the gateway answered."""


_GATEWAY_401: Final = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an "
    "active subscription and use a correct regional API endpoint for your resource."
)

FAULTS: Final = {
    "ParameterMissing": Fault(400, "InvalidRequest", "ParameterMissing", "Required parameter is missing."),
    "ParameterInvalidValue": Fault(
        400, "InvalidRequest", "ParameterInvalidValue", "Parameter has invalid value."
    ),
    "Blocked": Fault(400, "InvalidRequest", "Blocked", "The request is blocked."),
    "AuthorizationMissing": Fault(
        401, "InvalidAuthorization", "AuthorizationMissing", "Authorization is required.", _GATEWAY_401
    ),
    "AuthorizationRedundancy": Fault(
        401, "InvalidAuthorization", "AuthorizationRedundancy", "More than one key was given.", _GATEWAY_401
    ),
    "AuthorizationDisabled": Fault(
        403,
        "InsufficientAuthorization",
        "AuthorizationDisabled",
        "The key is disabled.",
        "The key is disabled.",
    ),
    "AuthorizationExpired": Fault(
        403,
        "InsufficientAuthorization",
        "AuthorizationExpired",
        "The key has expired.",
        "The key has expired.",
    ),
    "QuotaExceeded": Fault(
        403, "RateLimitExceeded", None, "Out of call volume quota.", "Out of call volume quota."
    ),
    "UrlTooLong": Fault(
        404, "InvalidRequest", None, f"The URL is longer than {MAX_URL_LENGTH:,} characters."
    ),
    "NotFound": Fault(404, "InvalidRequest", None, "There is nothing at this address."),
    "MethodNotAllowed": Fault(405, "InvalidRequest", None, "The address does not take this method."),
    "HttpNotAllowed": Fault(410, "InvalidRequest", "HttpNotAllowed", "HTTP is not allowed, use HTTPS."),
    "Malformed": Fault(400, "InvalidRequest", None, "The request is not valid HTTP."),
    "TooSlow": Fault(408, "InvalidRequest", None, "The request did not arrive in time."),
    "BodyTooLarge": Fault(413, "InvalidRequest", None, "The body of the request is too large."),
    "HeadTooLarge": Fault(431, "InvalidRequest", None, "The headers of the request are too large."),
    "RateLimited": Fault(429, "RateLimitExceeded", None, "Rate limit is exceeded."),
    "UnexpectedError": Fault(500, "ServerError", "UnexpectedError", "An unexpected error occurred."),
    "ResourceError": Fault(500, "ServerError", "ResourceError", "A part of the server is not available."),
    "NotImplemented": Fault(500, "ServerError", "NotImplemented", "This is not implemented."),
    "Busy": Fault(503, "ServerError", "ResourceError", "The server is busy."),
}


class WireError(Exception):
    """A failed request.

    Arguments:
        fault: the row of `FAULTS` that happened.
        message: replaces the row's message.
        more_details: what the caller can do about it.
        parameter, value: the parameter at fault and the value it was given.
        retry_after: whole seconds until another try makes sense; the header `Retry-After`.
    """

    def __init__(
        self,
        fault: Fault,
        *,
        message: str | None = None,
        more_details: str | None = None,
        parameter: str | None = None,
        value: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.fault = fault
        self.retry_after = retry_after
        self.error = Error(
            code=fault.code,
            sub_code=fault.sub_code,
            message=message or fault.message,
            more_details=more_details,
            parameter=parameter,
            value=value,
        )
        super().__init__(_sentence(self.error))

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.fault.status

    def response(self) -> ErrorResponse:
        """The body; for a fault that the gateway reported, in both shapes at once."""
        gateway = (
            GatewayError(code=str(self.status), message=self.fault.gateway) if self.fault.gateway else None
        )
        return ErrorResponse(errors=[self.error], error=gateway)

    def encode(self) -> bytes:
        """The body as JSON."""
        return _encoder.encode(self.response())


class InvalidRequest(WireError):
    """The request cannot be understood."""

    @classmethod
    def missing(cls, parameter: str) -> Self:
        """A required parameter is absent or blank."""
        return cls(FAULTS["ParameterMissing"], parameter=parameter)

    @classmethod
    def invalid(cls, parameter: str, value: str, more_details: str | None = None) -> Self:
        """A parameter was given a value that it cannot have."""
        return cls(
            FAULTS["ParameterInvalidValue"], parameter=parameter, value=value, more_details=more_details
        )


class UrlTooLong(InvalidRequest):
    """The URL has more than `MAX_URL_LENGTH` characters."""

    def __init__(self) -> None:
        super().__init__(FAULTS["UrlTooLong"])


class NotFound(InvalidRequest):
    """There is nothing at this path."""

    def __init__(self, more_details: str | None = None) -> None:
        super().__init__(FAULTS["NotFound"], more_details=more_details)


class MethodNotAllowed(InvalidRequest):
    """The path does not take this method."""

    def __init__(self, more_details: str | None = None) -> None:
        super().__init__(FAULTS["MethodNotAllowed"], more_details=more_details)


class HttpNotAllowed(InvalidRequest):
    """Plain HTTP, although the owner demands HTTPS."""

    def __init__(self) -> None:
        super().__init__(FAULTS["HttpNotAllowed"])


class TooSlow(InvalidRequest):
    """The request did not arrive in the time that it is given."""

    def __init__(self) -> None:
        super().__init__(FAULTS["TooSlow"])


class BodyTooLarge(InvalidRequest):
    """More bytes are posted than `limit`."""

    def __init__(self, limit: int) -> None:
        super().__init__(FAULTS["BodyTooLarge"], more_details=f"At most {limit:,} bytes are taken.")


class HeadTooLarge(InvalidRequest):
    """The request line and headers have more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(FAULTS["HeadTooLarge"], more_details=f"At most {limit:,} bytes are taken.")


class Unauthorized(WireError):
    """The key is missing or unknown; `redundant=True`: more than one was given."""

    def __init__(
        self, more_details: str = "Subscription key is not recognized.", *, redundant: bool = False
    ) -> None:
        row = "AuthorizationRedundancy" if redundant else "AuthorizationMissing"
        super().__init__(FAULTS[row], more_details=more_details)


class Forbidden(WireError):
    """The key is known but may not be used: disabled (revoked), or `expired=True`."""

    def __init__(self, more_details: str | None = None, *, expired: bool = False) -> None:
        row = "AuthorizationExpired" if expired else "AuthorizationDisabled"
        super().__init__(FAULTS[row], more_details=more_details)


class QuotaExceeded(WireError):
    """The calls of the month are used up; `seconds` until the next month's.

    The header `Retry-After` does not say so long: a client on azure-core would sleep for weeks and tell nobody.
    """

    def __init__(self, seconds: int) -> None:
        row = FAULTS["QuotaExceeded"]
        told = f"{row.message} Quota will be replenished in {_days(seconds)}."
        super().__init__(row._replace(message=told, gateway=told), retry_after=_SOON)


def _days(seconds: int) -> str:
    """As the service wrote durations: `22.14:18:12` (section 13.3)."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    return f"{day}.{hour:02}:{minute:02}:{second:02}"


class RateLimited(WireError):
    """Too many calls per second. Two SDKs sleep for `retry_after` seconds, three times: keep it small."""

    def __init__(self, retry_after: int = _SOON) -> None:
        super().__init__(FAULTS["RateLimited"], retry_after=retry_after)


class ServerError(WireError):
    """Our fault; `sub_code` is `UnexpectedError`, `ResourceError` or `NotImplemented`."""

    def __init__(self, sub_code: str = "UnexpectedError", *, more_details: str | None = None) -> None:
        super().__init__(FAULTS[sub_code], more_details=more_details)


class Busy(ServerError):
    """More callers or uploads at once than the server takes; `retry_after` seconds later there may be room."""

    def __init__(self, retry_after: int = 1) -> None:
        WireError.__init__(self, FAULTS["Busy"], retry_after=retry_after)


_encoder: Final = msgspec.json.Encoder()


def _sentence(error: Error) -> str:
    named = f"{error.parameter}={error.value!r}" if error.value is not None else error.parameter
    return " ".join(filter(None, (error.message, named and f"({named})", error.more_details)))


def decode_error(status: int, body: bytes, *, retry_after: int | None = None) -> WireError:
    """The exception behind a failed answer, for clients: reads every shape of section 13, and bodies of no shape.

    Arguments:
        status: the HTTP status of the answer.
        body: its body: `ErrorResponse`, the gateway's shape, its older shape, or anything else.
        retry_after: seconds of the header `Retry-After`, if there was one.
    """
    error = _read_error(body)
    fault = Fault(
        status, error.code, error.sub_code, error.message or f"The server answered with status {status}."
    )
    raised = _CLASSES.get(status, ServerError if status >= 500 else InvalidRequest)
    if status == 403 and fault.code != "RateLimitExceeded":
        raised = Forbidden
    made = raised.__new__(raised)
    WireError.__init__(
        made,
        fault,
        more_details=error.more_details,
        parameter=error.parameter,
        value=error.value,
        retry_after=retry_after,
    )
    return made


_CLASSES: Final[dict[int, type[WireError]]] = {
    400: InvalidRequest,
    401: Unauthorized,
    403: QuotaExceeded,
    404: NotFound,
    405: MethodNotAllowed,
    408: TooSlow,
    410: HttpNotAllowed,
    413: BodyTooLarge,
    429: RateLimited,
    431: HeadTooLarge,
    503: Busy,
}


class _AnyShape(msgspec.Struct):
    """Every shape of an error body at once."""

    errors: list[Error] | None = None
    error: GatewayError | None = None
    message: str | None = None


_any_shape: Final = msgspec.json.Decoder(_AnyShape, strict=False)


def _read_error(body: bytes) -> Error:
    try:
        read = _any_shape.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Error()
    if read.errors:
        return read.errors[0]
    if read.error:
        return Error(code=read.error.code or "None", message=read.error.message)
    return Error(message=read.message or "")
