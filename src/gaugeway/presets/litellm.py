"""litellm: the budgets of a LiteLLM proxy that a virtual key is under.

A key without a budget of its own is not unlimited: its member, team, user or organization may have one, so
each level is asked for. A level is told in ``max_budget`` or in a linked ``litellm_budget_table``; ``spend``
covers the current window. Numbers are USD. The user's budget does not bind a key that belongs to a team.
"""

import re
from datetime import date, datetime
from urllib.parse import quote

import msgspec

from gaugeway.amounts import Fields
from gaugeway.errors import ReadError
from gaugeway.presets import Answer, Ask, KeyFacts, Meter, Options, Probe, Reply, shape_error
from gaugeway.presets._litellm_budgets import Level, distinct
from gaugeway.readings import Scope
from gaugeway.transport.outcome import error_for, message_of

name = "litellm"
title = "LiteLLM proxy"
source = "https://github.com/BerriAI/litellm, litellm/proxy/management_endpoints, 1.80 to 1.109"
verified = date(2026, 11, 22)

# What says that this key may not read a level, or that the proxy is too old to tell: never a fault that
# passes. 401 is among them because /key/info has just accepted the key.
_MAY_NOT = (400, 401, 403, 404, 405, 422)
_TOO_LARGE = 413  # stands for an answer beyond the transport's bounds: a team with thousands of members
_NO_DATABASE = re.compile(
    r"no connected db|(database|db)( is)? not connected|no_db_connection", re.IGNORECASE
)
_HASH = re.compile(r"[0-9a-f]{64}")


def _recognise(reply: Reply) -> str | None:
    if reply.status == 200 and reply.json == "I'm alive!":
        return f"/health/liveliness (the spelling is LiteLLM's) says {reply.json!r}"
    return None


probes = (Probe(path="/health/liveliness", recognise=_recognise),)


async def read(ask: Ask, options: Options, now: datetime) -> Answer:
    root = await _key_info(ask, now)
    info = root.need("info")
    _refuse_dead_key(info)
    levels = _Levels(ask, now, root.notes)
    hashed = root.word("key") or ""
    # Where the key itself is echoed, it identifies nothing that may be kept.
    levels.add("key", info, hashed if _HASH.fullmatch(hashed) else None)
    user, team = info.word("user_id"), info.word("team_id")
    organization = info.word("organization_id")
    if team:
        organization = await levels.team(team, user) or organization
    if user:
        await levels.user(user, advisory=bool(team))
    if organization:
        await levels.organization(organization)
    if info.raw("project_id"):
        root.notes.append("this key belongs to a project, whose budget is not read")
    return Answer(
        meters=levels.all_meters(info),
        notes=tuple(root.notes),
        key=KeyFacts(
            name=info.text("key_alias") or info.text("key_name"), expires_at=info.instant("expires")
        ),
        unread=tuple(levels.unread),
        unread_advisory=tuple(levels.unread_advisory),
        subjects=levels.subjects,
    )


async def _key_info(ask: Ask, now: datetime) -> Fields:
    path = "/key/info"
    reply = await ask(path, base="origin", accept=(200, 400, 404, 500))
    if reply.status == 200:
        return reply.fields("info")
    said = message_of(reply.json)
    if _NO_DATABASE.search(said):
        raise ReadError(
            "gateway_error", f"{path}: {said}", "this proxy runs without a database, so it keeps no budgets"
        )
    if reply.status == 404 and "key not found" in said.lower():
        raise ReadError(
            "gateway_error",
            f"{path}: this key is not one of the proxy's virtual keys",
            "a master key has no budget of its own: configure a virtual key",
        )
    raise error_for(reply.status, reply.headers, reply.json, path=path, now=now)


def _refuse_dead_key(info: Fields) -> None:
    status = (info.word("status") or "").lower()
    if status == "expired":
        raise ReadError("key_expired", "the proxy says that this key has expired")
    if info.flag("blocked"):
        status = "blocked"
    if status in {"blocked", "revoked", "deleted"}:
        raise ReadError("unauthorized", f"the proxy says that this key is {status}")


class _Levels(msgspec.Struct):
    """What is found out level by level."""

    ask: Ask
    now: datetime
    notes: list[str]
    meters: list[Meter] = []
    unread: list[Scope] = []
    unread_advisory: list[Scope] = []
    subjects: dict[str, str] = {}

    async def team(self, team: str, user: str | None) -> str | None:
        """The member's budget and the team's; returns the team's organization."""
        member: Fields | Reply | None = None
        quoted = quote(team, safe="")
        if user:
            member = await self._get(f"/team/{quoted}/members/me")
        root = await self._get(f"/team/info?team_id={quoted}&key_limit=1", "team_info")
        if isinstance(member, Reply):  # an older proxy
            every = root.objects("team_memberships") if isinstance(root, Fields) else ()
            mine = next((one for one in every if one.word("user_id") == user), None)
            member = root if isinstance(root, Reply) else mine
        if member is not None:
            self.add("member", member, f"{team}/{user}")
        if isinstance(root, Reply):
            self.add("team", root)
            return None
        info = root.need("team_info")
        self.add("team", info, team)
        if info.flag("blocked"):
            self.notes.append("the team is blocked")
        return info.word("organization_id")

    async def user(self, user: str, *, advisory: bool) -> None:
        found = await self._get("/v2/user/info")
        info: Fields | Reply | None = found
        if isinstance(found, Reply) or "user_id" not in found:  # older than 1.106
            # Without user_id an admin's key would be told of everybody.
            info = await self._get(f"/user/info?user_id={quote(user, safe='')}")
            if isinstance(info, Fields):
                info = info.object("user_info")
            elif info.status == 404 and "user" in message_of(info.json).lower():
                info = None
        if info is not None:  # else there is no such row, so no such budget
            self.add("user", info, user, advisory=advisory)

    async def organization(self, organization: str) -> None:
        info = await self._get(f"/organization/info?organization_id={quote(organization, safe='')}")
        self.add("organization", info, organization)

    def add(
        self, scope: Scope, level: Fields | Reply, subject: str | None = None, *, advisory: bool = False
    ) -> None:
        """What a level limits, or the answer by which this key may not read it."""
        unread = self.unread_advisory if advisory else self.unread
        if isinstance(level, Reply):
            why = "its answer is too large" if level.status == _TOO_LARGE else f"status {level.status}"
            self.notes.append(f"the {scope}'s budget could not be read ({why})")
            unread.append(scope)
            return
        if not {"max_budget", "litellm_budget_table"}.intersection(level.names()):
            # Null says that there is no budget; a field that is not there says nothing.
            self.notes.append(f"{scope}: {level.at('max_budget')} is missing")
            unread.append(scope)
        self.meters += Level(scope, level, self.now, advisory=advisory).meters()
        if subject:
            self.subjects[scope] = subject

    def all_meters(self, info: Fields) -> tuple[Meter, ...]:
        """Every budget; the key's mere spend too where it has no budget, and unlimited only if nobody has."""
        meters = list(self.meters)
        if not any(meter.id.startswith("key/budget/") for meter in meters):
            limited = any(meter.limit is not None and not meter.advisory for meter in meters)
            unlimited = not (limited or self.unread or self.unread_advisory)
            if unlimited or "spend" in info:
                meters.insert(0, Level("key", info, self.now).spend(unlimited=unlimited))
        if not meters:
            raise shape_error("info holds neither max_budget nor spend")
        return distinct(meters)

    async def _get(self, path: str, *names: str) -> Fields | Reply:
        """The object that answers, or the answer by which this key may not read it."""
        try:
            reply = await self.ask(path, base="origin", accept=(200, *_MAY_NOT))
        except ReadError as error:
            if error.code != "too_large":
                raise
            return Reply(_TOO_LARGE, {}, None)
        return reply.fields(*names, notes=self.notes) if reply.status == 200 else reply
