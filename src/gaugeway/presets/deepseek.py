"""deepseek: the prepaid balance of a DeepSeek account, one per currency (CNY, USD).

``{"is_available", "balance_infos": [{"currency", "total_balance", ...}]}``; amounts are strings.
"""

from datetime import date, datetime

from gaugeway.amounts import Fields, slug
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, Meter, Options, shape_error

name = "deepseek"
title = "DeepSeek"
source = "https://api-docs.deepseek.com/api/get-user-balance"
verified = date(2026, 11, 22)
hosts = ("api.deepseek.com",)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    root = (await ask("/user/balance", base="origin")).fields("balance_infos")
    meters = tuple(_balance(info) for info in root.objects("balance_infos"))
    if not meters:
        raise ReadError("gateway_error", "/user/balance lists no balance: was the account ever topped up?")
    refused = root.flag("is_available") is False
    if refused:
        root.notes.append("DeepSeek says that this balance does not suffice for a call")
    # What stops a call while money is left stands in no number: no level better than unknown is honest then.
    stopped = refused and any(meter.remaining is not None and meter.remaining > 0 for meter in meters)
    return Answer(meters=meters, notes=tuple(root.notes), unread=("account",) if stopped else ())


def _balance(info: Fields) -> Meter:
    """Amounts of two currencies are two meters, never a sum."""
    total, currency = info.number("total_balance"), info.text("currency")
    if total is None or currency is None:
        raise shape_error(f"{info.at('currency' if currency is None else 'total_balance')} is missing")
    unit = currency.upper()
    name, title = f"wallet-{slug(currency)}", f"Balance {unit}"
    return Meter.of(scope="account", name=name, title=title, unit=unit, remaining=total)
