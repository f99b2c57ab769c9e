"""siliconflow: the prepaid balance of a SiliconFlow account.

``{"code": 20000, "status": true, "data": {"totalBalance", "balance", "chargeBalance", "status", ...}}``;
amounts are strings, the total is gift (balance) plus paid (chargeBalance). Name and mail stand beside: never
read.
"""

from datetime import date, datetime

from gaugeway.presets import Answer, Ask, Options
from gaugeway.presets._wallet import answer_of
from gaugeway.transport.outcome import reported_failure

name = "siliconflow"
title = "SiliconFlow"
source = "https://docs.siliconflow.cn/en/api-reference/userinfo/get-user-info"
verified = date(2026, 11, 22)

# Two platforms with accounts of their own; the answer does not say which of them it comes from.
_CURRENCY = {"api.siliconflow.cn": "CNY", "api.siliconflow.com": "USD"}
hosts = tuple(_CURRENCY)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    reply = await ask("/v1/user/info", base="origin")
    if reply.fields().number("code") != 20000:
        raise reported_failure(reply)
    data = reply.fields("data").need("data")
    if (status := data.text("status")) not in {None, "normal"}:
        data.notes.append(f"SiliconFlow calls this account {status}")
    return answer_of(data, "totalBalance", options, _CURRENCY)
