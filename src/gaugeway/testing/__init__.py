"""Real servers on loopback for tests and for the demo: a plain one, scripted faults, a gateway that moves."""
