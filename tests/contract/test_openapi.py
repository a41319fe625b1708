"""What the API's description promises, asked of the server with whatever the description allows and forbids."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conftest import Served
from vizsla.server.openapi import described

schema = schemathesis.openapi.from_dict(described())

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@schema.parametrize()
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
    ],
)
def test_every_answer_is_one_that_is_described(served: Served, case: schemathesis.Case[Any]) -> None:
    headers = {"Ocp-Apim-Subscription-Key": served.key}
    case.call_and_validate(base_url=served.address, headers=headers, checks=CHECKS)
