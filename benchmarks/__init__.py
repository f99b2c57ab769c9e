"""`make bench`: measures what the documentation promises, and writes docs/performance.md."""
