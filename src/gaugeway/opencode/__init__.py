"""gaugeway inside OpenCode: what its plugins show, and how they get there."""
