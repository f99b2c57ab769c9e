"""Will it last? A forecast of a counter from its own past. Pure functions; no numbers but the readings'."""
