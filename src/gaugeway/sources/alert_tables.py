"""``[alerts]`` in config.toml as types: validation and the reference in the documentation come from them."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Words = Annotated[list[Annotated[str, Meta(min_length=1)]], Meta(min_length=1)]
Bad = Literal["low", "critical", "exhausted"]


class AlertsTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[alerts]``"""

    quiet: Annotated[
        str | None, Meta(description="local time, `22:00-07:00`: messages wait until these hours end")
    ] = None
    channels: Annotated[
        dict[str, Any], Meta(description="`[alerts.channels.NAME]`: where messages go, any number of places")
    ] = {}
    rules: Annotated[
        list[Any] | None,
        Meta(description='`[[alerts.rules]]`: when; without a right one, `level = "low"` and `runout = 0.8`'),
    ] = None


class ChannelTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[alerts.channels.NAME]``: exactly one of these."""

    apprise: Annotated[
        str | None, Meta(description="an Apprise URL, best as a template; needs the extra `alerts`")
    ] = None
    command: Annotated[
        Words | None, Meta(description="a program and its arguments; it gets the facts as JSON on stdin")
    ] = None
    desktop: Annotated[bool, Meta(description="true: a notification on this desktop")] = False
    webhook: Annotated[
        str | None,
        Meta(description="a URL, best as a template, that takes LiteLLM's budget events; HTTPS or loopback"),
    ] = None


class RuleTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[alerts.rules]]``: exactly one condition, and which gateways and channels it is about."""

    level: Annotated[Bad | None, Meta(description="a limit gets to this level, or further")] = None
    percent: Annotated[Decimal | None, Meta(description="less than so many percent of a limit are left")] = (
        None
    )
    amount: Annotated[
        Decimal | None, Meta(description="less than this is left, in money unless `unit` says otherwise")
    ] = None
    runout: Annotated[
        Decimal | None,
        Meta(description="a limit is reached before its reset with at least this probability, up to 1"),
    ] = None
    stale: Annotated[
        str | None,
        Meta(description="a gateway can't be read and its last reading is as old as this: `2h`, `1d`"),
    ] = None
    key_expires: Annotated[str | None, Meta(description="a key expires in less than this: `7d`")] = None
    unit: Annotated[str | None, Meta(description="the unit of `amount`: `USD`, `tokens`, ...")] = None
    gateways: Annotated[Words | None, Meta(description="ids of gateways; default: all of them")] = None
    to: Annotated[Words | None, Meta(description="names of channels; default: all of them")] = None
