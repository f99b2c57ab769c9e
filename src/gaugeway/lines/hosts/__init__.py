"""One module per program that shows a line: its protocol, its escaping, its colours.

Each has ``WIDTH`` (columns, 0 for any) and ``render(line)``. Text reaches a host only through `plain` or an
escape that is stricter: what a gateway calls itself is nobody's markup.
"""
