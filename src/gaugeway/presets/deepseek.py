"""deepseek: the prepaid balance of a DeepSeek account, one per currency (CNY, USD).

``{"is_available", "balance_infos": [{"currency", "total_balance", ...}]}``; amounts are strings.
"""

from datetime import date, datetime

from gaugeway.amounts import slug
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, Meter, Options, Probe, shape_error

name = "deepseek"
title = "DeepSeek"
source = "https://api-docs.deepseek.com/api/get-user-balance"
verified = date(2026, 11, 22)
default_path: str | None = None
auth = "bearer"
min_refresh = 0
hosts = ("api.deepseek.com",)
probes: tuple[Probe, ...] = ()


async def read(ask: Ask, options: Options, now: datetime) -> Answer:  # noqa: ARG001  # the protocol's
    root = (await ask("/user/balance", base="origin")).fields("balance_infos")
    infos = list(root.objects("balance_infos"))
    if not infos:
        raise ReadError("gateway_error", "/user/balance lists no balance: was the account ever topped up?")
    meters: list[Meter] = []
    left = False
    for info in infos:
        total, currency = info.number("total_balance"), info.text("currency")
        if total is None or currency is None:
            raise shape_error(f"{info.at('currency' if currency is None else 'total_balance')} is missing")
        left = left or total > 0
        meters.append(
            Meter.of(
                scope="account",
                name=f"wallet-{slug(currency)}",  # amounts of two currencies are two meters, never a sum
                title=f"Balance {currency.upper()}",
                kind="balance",
                unit=currency.upper(),
                remaining=total,
            )
        )
    refused = root.flag("is_available") is False
    if refused:
        root.notes.append("DeepSeek says that this balance does not suffice for a call")
    # What stops a call while money is left stands in no number: no level better than unknown is honest then.
    stopped = refused and left
    return Answer(meters=tuple(meters), notes=tuple(root.notes), unread=("account",) if stopped else ())
