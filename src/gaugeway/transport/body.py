"""A response body, bounded before and after decompression."""

import zlib

import aiohttp

from gaugeway.errors import ReadError

MAX_BODY = 256 * 1024

_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


async def read_body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """All of the body, decompressed; at most ``most`` bytes are ever held of either form.

    Raises ReadError ``too_large``, and ``protocol`` for an encoding that was not asked for or is broken.
    """
    chunks: list[bytes] = []
    held = 0
    while not response.content.at_eof():
        chunk = await response.content.readany()
        held += len(chunk)
        if held > most:
            raise _too_large(most)
        chunks.append(chunk)
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    return body if coding in {"", "identity"} or not body else _inflate(body, coding, most)


def _inflate(body: bytes, coding: str, most: int) -> bytes:
    wbits = _WBITS.get(coding)
    if wbits is None:
        raise ReadError("protocol", "the answer has an encoding that was not asked for")
    if coding == "deflate" and body[0] & 0x0F != 8:
        wbits = -15  # some servers send raw deflate; a zlib header always has 8 in its low nibble
    try:
        inflater = zlib.decompressobj(wbits)
        whole = inflater.decompress(body, most + 1)
    except zlib.error:
        raise ReadError("protocol", "the answer's compression is broken") from None
    if len(whole) > most:
        raise _too_large(most)
    if not inflater.eof:
        raise ReadError("protocol", "the answer breaks off")
    return whole


def _too_large(most: int) -> ReadError:
    return ReadError("too_large", f"the answer is larger than {most // 1024} KiB")
