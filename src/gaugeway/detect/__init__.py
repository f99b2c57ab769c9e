"""What runs behind a URL, found out by GETs that cost nothing and change nothing."""

from gaugeway.detect.address import complete
from gaugeway.detect.look import Attempt, Finding, Product, detect

__all__ = ["Attempt", "Finding", "Product", "complete", "detect"]
