"""A small OpenAI-compatible gateway: turns that stream, a tool call on demand, a quota that they use up."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

from aiohttp import web

KEY = "sk-test-upstream"
LIMIT = Decimal(10)
USE_TOOL = "USE_TOOL"
_TOOL = "quota"


class Upstream:
    """A handler for a `LoopbackServer`. ``cost``: what one turn costs. ``late``: seconds until the quota
    knows of it. ``quota`` answers at ``/v1/quota``, in the neutral format.
    """

    def __init__(self, *, cost: str = "0.01") -> None:
        self.cost = Decimal(cost)
        self.late = 0.0
        self.turns = 0
        self.tools: list[list[str]] = []  # offered with each turn
        self.tool_results: list[str] = []
        self.heard: list[str] = []  # every message of every request
        self._spent: list[tuple[float, Decimal]] = []

    @property
    def used(self) -> Decimal:
        """What the quota says at this moment."""
        return sum((cost for at, cost in self._spent if at <= time.monotonic()), Decimal(0))

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.json_response({"error": {"message": "Invalid API key"}}, status=401)
        if request.path == "/v1/quota":
            cost = {"currency": "USD", "limit": str(LIMIT), "used": str(self.used)}
            return web.json_response({"key": "laptop", "cost": cost})
        if request.path == "/v1/chat/completions":
            return await self._complete(request, await request.json())
        return web.json_response({"error": {"message": "not found"}}, status=404)

    async def _complete(self, request: web.BaseRequest, asked: Any) -> web.StreamResponse:
        tools = [tool["function"]["name"] for tool in asked.get("tools", [])]
        last = asked["messages"][-1]
        self.heard += [_text(message.get("content") or "") for message in asked["messages"]]
        answer: dict[str, Any] = {"content": "a title"}
        if tools:  # a turn; without tools it is the title of the session
            self.turns += 1
            self.tools.append(tools)
            self._spent.append((time.monotonic() + self.late, self.cost))
            answer = {"content": f"answer {self.turns} ends."}
            if last["role"] == "tool":
                self.tool_results.append(_text(last["content"]))
                answer = {"content": f"The tool said: {self.tool_results[-1]}"}
            elif USE_TOOL in _text(last["content"]) and _TOOL in tools:
                function = {"name": _TOOL, "arguments": "{}"}
                answer = {
                    "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function}]
                }
        if not asked.get("stream"):
            message = {"role": "assistant", **answer}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return web.json_response({"id": "1", "object": "chat.completion", "choices": [choice]})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        async for event in _events(answer):
            await response.write(f"data: {event}\n\n".encode())
        return response


async def _events(answer: dict[str, Any]) -> AsyncIterator[str]:
    """The answer in chunks, a word at a time."""
    words = answer.get("content", "").split(" ")
    deltas = [{"content": word + " "} for word in words] if "content" in answer else [answer]
    reason = "stop" if "content" in answer else "tool_calls"
    usage = {"prompt_tokens": 11, "completion_tokens": len(words), "total_tokens": 11 + len(words)}
    for delta, end in [*((delta, None) for delta in deltas), ({}, reason)]:
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": end}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "choices": [choice]}
        yield json.dumps(chunk if end is None else {**chunk, "usage": usage})
        await asyncio.sleep(0.005)
    yield "[DONE]"


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
