"""Which gateways there are, and their keys."""
