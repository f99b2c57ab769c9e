"""The yardstick: nothing but aiohttp doing the same GETs under the same limits, and decoding the answers."""

import asyncio
import json
import sys

import aiohttp

HEADERS = {"Accept": "application/json", "Authorization": "Bearer sk-test-bench"}


async def main(urls: list[str]) -> None:
    connector = aiohttp.TCPConnector(limit=100, limit_per_host=8)
    async with aiohttp.ClientSession(connector=connector, headers=HEADERS) as session:

        async def get(url: str) -> object:
            async with session.get(f"{url}/quota") as response:
                return json.loads(await response.read())

        answers = await asyncio.gather(*(get(url) for url in urls))
    assert len(answers) == len(urls)


if __name__ == "__main__":
    asyncio.run(main(sys.stdin.read().split()))
