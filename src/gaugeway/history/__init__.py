"""What a history says: which falls are resets, which are glitches, what was added to a balance. Pure."""
