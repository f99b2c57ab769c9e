"""Many gateways in a process of their own: every origin answers after a delay, and counts its sockets.

Prints its ports as JSON, then answers each line on stdin with the peaks since the last one.
"""

import asyncio
import json
import sys
from typing import Any

BODY = json.dumps(
    {
        "key": "laptop",
        "tokens": {
            "limit": 2_000_000,
            "used": 512_345,
            "remaining": 1_487_655,
            "resets_at": "2099-01-01T00:00:00Z",
        },
        "cost": {
            "currency": "USD",
            "limit": "50.00",
            "used": "12.345678",
            "resets_at": "2099-01-01T00:00:00Z",
        },
    }
).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
    len(BODY),
    BODY,
)


class Sockets:
    """How many sockets are open, and the most there were: in all, and at one origin."""

    def __init__(self) -> None:
        self.open: dict[str, int] = {}
        self.forget()

    def forget(self) -> None:
        self.most = self.most_per_origin = self.requests = 0

    def change(self, origin: str, by: int) -> None:
        self.open[origin] = self.open.get(origin, 0) + by
        if by > 0:
            # A moment later: the end of an older one may be on its way already.
            asyncio.get_running_loop().call_later(0.003, self.note)

    def note(self) -> None:
        self.most = max(self.most, sum(self.open.values()))
        self.most_per_origin = max(self.most_per_origin, *self.open.values())

    def peaks(self) -> dict[str, int]:
        return {"sockets": self.most, "per_origin": self.most_per_origin, "requests": self.requests}


class Gateway(asyncio.Protocol):
    """One connection: a GET in, an answer out after the delay."""

    def __init__(self, origin: str, delay: float, sockets: Sockets) -> None:
        self.origin, self.delay, self.sockets = origin, delay, sockets
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.sockets.change(self.origin, 1)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        self.sockets.change(self.origin, -1)

    def data_received(self, data: bytes) -> None:
        for _ in range(data.count(b"\r\n\r\n")):
            self.sockets.requests += 1
            asyncio.get_running_loop().call_later(self.delay, self.transport.write, ANSWER)


async def main(origins: int, delay: float) -> None:
    loop = asyncio.get_running_loop()
    sockets = Sockets()
    urls = []
    for number in range(1, origins + 1):
        host = f"127.0.0.{number}"
        server = await loop.create_server(
            lambda host=host: Gateway(host, delay, sockets), host, 0, backlog=1024
        )
        urls.append(f"http://{host}:{server.sockets[0].getsockname()[1]}")
    print(json.dumps(urls), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(sockets.peaks()), flush=True)
        sockets.forget()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
