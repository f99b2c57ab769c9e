"""One line for a bar or a prompt, from the store at once. Every import here is paid for on every prompt."""
