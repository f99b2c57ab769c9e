"""The commands. One module each, loaded when its command is run; `context` is the composition root."""
