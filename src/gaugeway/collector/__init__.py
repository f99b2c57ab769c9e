"""Reads many gateways at once: what is due is asked, once per machine; the rest comes from the store."""

from gaugeway.collector.cached import collect, stored
from gaugeway.collector.state import Attempt, State

__all__ = ["Attempt", "State", "collect", "stored"]
