"""What is shown: words (pure, builtins only) and the projection of readings to entries and JSON."""
