"""Answers that come near what recognises a product of the one-api family, sub2api or bifrost, and are not it.

What does recognise them is in their ``probes.json``.
"""

from typing import Any

import pytest

from gaugeway.presets import find
from gaugeway.transport import Reply

_NEW_API = {"quota_per_unit": 500000, "quota_display_type": "CNY"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, {"success": True, "data": _NEW_API}),
        (200, {"success": True, "data": {"version": "1.0", "display_in_currency": True}}),
        (200, {"success": True, "data": [_NEW_API]}),
        (401, {"code": 401, "message": "unauthorized"}),
        (401, {"code": "UNAUTHORIZED"}),
        (401, {"error": {"message": "virtual key is required", "is_bifrost_error": False}}),
    ],
)
def test_a_near_miss_is_not_recognised(status: int, body: Any) -> None:
    probes = [probe for name in ("oneapi", "newapi", "sub2api", "bifrost") for probe in find(name).probes]
    assert [probe.recognise(Reply(status, {}, body)) for probe in probes] == [None] * 4
