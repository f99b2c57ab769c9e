"""Reads many gateways at once: what is due is asked, once per machine; the rest comes from the store."""

from gaugeway.collector.cached import collect
from gaugeway.collector.state import State

__all__ = ["State", "collect"]
