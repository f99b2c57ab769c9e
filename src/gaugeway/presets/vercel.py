"""vercel: the credits of a Vercel AI Gateway team, ``{"balance": "95.50", "total_used": "4.50"}`` in dollars.

Every key of a team reads the same two numbers; a key's own budget is not readable with the key.
"""

from datetime import date, datetime

from gaugeway.presets import Answer, Ask, Meter, Options

name = "vercel"
title = "Vercel AI Gateway"
source = "https://vercel.com/docs/ai-gateway/capabilities/usage"
verified = date(2026, 11, 22)
hosts = ("ai-gateway.vercel.sh",)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    root = (await ask("/v1/credits", base="origin")).fields("balance")
    balance, used = root.number("balance"), root.number("total_used")
    meters = [Meter.of(scope="team", name="wallet", title="Credits", unit="USD", remaining=balance)]
    if used is not None:
        # A meter of its own: what was used since the team began is no part of what was bought last.
        meters.append(Meter.of(scope="team", name="spend", unit="USD", used=used, window="lifetime"))
    # Few keys have a budget of their own, and the team's credits are what every key stops at.
    return Answer(
        meters=tuple(meters),
        notes=(*root.notes, "a budget of this key alone, if it has one, can't be read with the key"),
        unread_advisory=("key",),
    )
