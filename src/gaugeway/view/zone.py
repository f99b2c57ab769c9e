"""The time zone of this process."""

import time

from gaugeway.view.words import Zone


class LocalZone(Zone):
    def offset(self, at: float) -> int:
        return time.localtime(at).tm_gmtoff


LOCAL = LocalZone()
