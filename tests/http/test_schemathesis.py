"""接口文档的检验 — schemathesis asks what the document allows and what it does not, as everybody."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest import SkipTest

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.access.allowed import ADMINISTRATORS, ALLOWED, ANYONE, CLERKS, EMPLOYERS, PEOPLE, SCREENS, STAFF, VISITORS
from tests.http.standing import Standing

EXAMPLES = 10
GLANCES = 2
"""For what somebody is refused at the door, whatever is sent."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ASKERS = {
    "stranger": (ANYONE, VISITORS),
    "veteran": (VISITORS, PEOPLE),
    "clerk_a": (CLERKS,),
    "employer": (EMPLOYERS,),
    "staff_x": (STAFF,),
    "administrator": (ADMINISTRATORS,),
    "screen": (SCREENS,),
}
"""Who asks, and what is asked thoroughly as them; the rest is glanced at."""
ENDS_THE_ROLE = {"accounts.close_session", "merchants.leave_merchant", "employers.leave_employer", "cards.unbind_card"}
"""Asked by the stranger only; the others need who they are until the end."""


@pytest.mark.parametrize("who", ASKERS)
def test_every_answer_is_documented_and_none_is_a_fault(standing: Standing, who: str) -> None:
    schema = schemathesis.openapi.from_url(f"{standing.base}/openapi.json")
    token = standing.tokens[who]
    operations = [found.ok() for found in schema.get_all_operations()]
    if token:
        operations = [one for one in operations if one.definition.raw["operationId"] not in ENDS_THE_ROLE]
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    thorough = [ALLOWED[one.definition.raw["operationId"]] in ASKERS[who] for one in operations]

    with requests.Session() as session:
        asked = {mode: Asked(mode, session, headers) for mode in GenerationMode}
        for operation, is_thorough in zip(operations, thorough, strict=True):
            for one in asked.values():
                one.examine(operation, examples=EXAMPLES if is_thorough else GLANCES)

    assert {line for one in asked.values() for line in one.faults} == set()
    assert all(one.answers > EXAMPLES * sum(thorough) / 4 for one in asked.values())
    assert b"http.fault" not in standing.log.read_bytes()


@dataclass
class Asked:
    """What one kind of data brought to light."""

    mode: GenerationMode
    session: requests.Session
    headers: dict[str, str]
    answers: int = 0
    faults: list[str] = field(default_factory=list)

    def examine(self, operation: Any, *, examples: int) -> None:
        """Send what hypothesis makes for an operation; note what is undocumented or broken."""

        @seed(20261123)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=self.mode))
        def ask(case: Any) -> None:
            response = case.call(session=self.session, headers=self.headers)
            self.answers += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as group:
                self.faults += [f"{operation.label} {self.mode.value}: {one}" for one in group.exceptions]

        with suppress(Unsatisfiable, SkipTest, pytest.skip.Exception):  # nothing in it can be wrong: no parameters
            ask()
