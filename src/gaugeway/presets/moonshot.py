"""moonshot: the prepaid balance of a Moonshot (Kimi) platform account.

``{"code": 0, "data": {"available_balance", "voucher_balance", "cash_balance"}, "status": true}``. Available
is cash plus vouchers, or the vouchers alone where cash is a debt; calls stop where it is not above zero.
"""

from datetime import date, datetime

from gaugeway.presets import Answer, Ask, Options
from gaugeway.presets._wallet import answer_of
from gaugeway.transport.outcome import reported_failure

name = "moonshot"
title = "Moonshot AI (Kimi platform)"
source = "https://platform.moonshot.cn/docs/api/balance"
verified = date(2026, 11, 22)

# Two platforms with accounts of their own; the answer does not say which of them it comes from.
_CURRENCY = {"api.moonshot.cn": "CNY", "api.moonshot.ai": "USD"}
hosts = tuple(_CURRENCY)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    reply = await ask("/v1/users/me/balance", base="origin")
    if reply.fields().number("code") not in {None, 0}:
        raise reported_failure(reply)
    return answer_of(reply.fields("data").need("data"), "available_balance", options, _CURRENCY)
