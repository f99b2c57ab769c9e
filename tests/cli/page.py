"""One page with everything a terminal has to cope with. ``python -m tests.cli.page`` draws the golden files
anew: look at the difference before you commit it.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO, TextIOWrapper
from pathlib import Path

from rich.console import Console

from gaugeway.cli.paper import put
from gaugeway.cli.terminal import Page
from gaugeway.errors import GaugewayError, ReadError, SetupError
from gaugeway.readings import Answer, KeyFacts, Meter, Reading, Scope
from gaugeway.readings.forecast import Forecast
from gaugeway.sources.gateway import Gateway
from gaugeway.view.project import project
from gaugeway.view.snapshot import GatewayView
from gaugeway.view.words import Zone

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"


def after(**span: float) -> datetime:
    return NOW + timedelta(**span)


def money(
    title: str, limit: str, used: str, *, window: str, resets_at: datetime, scope: Scope = "key"
) -> Meter:
    return Meter.of(
        name=title.lower().replace(" ", "-"),
        title=title,
        scope=scope,
        unit="USD",
        limit=Decimal(limit),
        used=Decimal(used),
        window=window,
        resets_at=resets_at,
        advisory=scope == "user",
    )


def count(title: str, unit: str, limit: int, used: int, *, window: str, resets_at: datetime) -> Meter:
    return Meter.of(
        name=title.lower().replace(" ", "-"),
        title=title,
        unit=unit,
        limit=Decimal(limit),
        used=Decimal(used),
        window=window,
        resets_at=resets_at,
    )


def ahead(p_runout: float | None, days: tuple[float, float, float | None]) -> Forecast:
    first, middle, last = (None if one is None else after(days=one).timestamp() for one in days)
    return Forecast(p_runout=p_runout, runs_out_at=(first, middle, last), pace=1, made_at=NOW.timestamp())


def view(
    name: str,
    preset: str,
    answer: Answer | None,
    *,
    ago: float = 2,
    error: GaugewayError | None = None,
    due: datetime | None = None,
    label: str | None = None,
    forecasts: Mapping[str, Forecast] | None = None,
) -> GatewayView:
    observed_at = NOW - timedelta(seconds=ago)
    reading = None if answer is None else Reading.of(answer, preset=preset, observed_at=observed_at)
    gateway = Gateway(id=name, preset=preset, label=label)
    return project(gateway, reading, error, now=NOW, next_read_at=due, forecasts=forecasts)


def views() -> Iterator[GatewayView]:
    yield view(
        "campus",
        "litellm",
        Answer(
            meters=(
                money("Key budget", "200", "8.2", window="30d", resets_at=after(days=12, hours=3)),
                money(
                    "Team budget", "50", "12.35", window="7d", resets_at=after(days=3, hours=4), scope="team"
                ),
                money(
                    "User budget", "10", "8.2", window="1mo", resets_at=after(days=12, hours=3), scope="user"
                ),
            ),
            notes=("the key is limited to 100 requests per minute; what is left is not published",),
            key=KeyFacts(name="laptop", expires_at=after(days=90)),
        ),
        label="Campus",
        forecasts={
            "team/team-budget/7d": ahead(0.08, days=(2.25, 6, None)),
            "key/key-budget/30d": ahead(0.93, days=(1.04, 2.21, 3.33)),
            "user/user-budget/1mo": ahead(0.6, days=(1.04, 8, None)),
        },
    )
    yield view(
        "openrouter",
        "openrouter",
        Answer(
            meters=(
                Meter.of(
                    name="credits", title="Credits", unit="USD", unlimited=True, used=Decimal("1234.56")
                ),
                count("Free model requests", "requests", 1000, 1000, window="1d", resets_at=after(hours=14)),
            ),
            key=KeyFacts(expires_at=after(days=2)),
        ),
        ago=130,
    )
    yield view(
        "lab",
        "newapi",
        Answer(
            meters=(
                count(
                    "Tokens", "tokens", 5_000_000, 4_876_123, window="1mo", resets_at=after(days=8, hours=2)
                ),
                Meter.of(name="wallet", unit="CNY", remaining=Decimal("0.00022")),
            ),
            notes=("the team's budget could not be read (status 403)",),
            unread=("team",),
        ),
        ago=7300,
        error=ReadError("timeout", "the gateway did not answer within 5 s"),
        due=after(minutes=4),
        label="Lab 実験室",
        forecasts={
            "key/tokens/1mo": ahead(0.71, days=(0.1, 4.21, 11)),
            "key/wallet/-": ahead(None, days=(11, 20, 59)),
        },
    )
    yield view(
        "overspent",
        "neutral",
        Answer(
            meters=(
                Meter.of(name="tokens", unit="tokens", limit=Decimal(100), used=Decimal(120)),
                Meter.of(name="wallet", unit="EUR", remaining=Decimal(0)),
                count("Daily requests", "requests", 100, 83, window="1d", resets_at=after(seconds=-5)),
                count("Weekly requests", "requests", 1000, 999, window="7d", resets_at=after(seconds=-90)),
                count("Requests", "requests", 60, 15, window="1m", resets_at=after(seconds=20)),
            )
        ),
        ago=60,
    )
    yield view(
        "broken",
        "sub2api",
        None,
        error=ReadError("unauthorized", "/v1/usage answered 401: Invalid [red]key[/red] \x1b[31m\u202eno"),
    )
    yield view(
        "nokey",
        "siliconflow",
        None,
        error=SetupError("no_key", "no key for nokey"),
        label="SiliconFlow, the one with a name that is longer than any terminal has room for",
    )


def drawn(width: int, *, verbose: bool = False, encoding: str = "utf-8", colours: bool = False) -> str:
    """The page as a terminal of this width and encoding gets it."""
    buffer = BytesIO()
    with TextIOWrapper(buffer, encoding, newline="") as file:
        console = Console(
            file=file,
            width=width,
            force_terminal=colours,
            color_system="standard" if colours else None,
            _environ={},
        )
        put(console, Page(list(views()), NOW, console, verbose=verbose, zone=Zone()).text())
        file.flush()
        return buffer.getvalue().decode(encoding)


PAGES = {
    "40": lambda: drawn(40),
    "80": lambda: drawn(80),
    "120": lambda: drawn(120),
    "200": lambda: drawn(200),
    "80-verbose": lambda: drawn(80, verbose=True),
    "80-ascii": lambda: drawn(80, encoding="ascii"),
    "80-colours": lambda: drawn(80, colours=True),
}


if __name__ == "__main__":
    for name, draw in PAGES.items():
        (GOLDEN / f"{name}.txt").write_text(draw())
