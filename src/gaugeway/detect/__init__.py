"""What runs behind a URL, found out by GETs that cost nothing and change nothing."""
