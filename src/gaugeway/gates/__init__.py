"""Verdicts on what is left: for monitoring, for CI, for agents before a job."""
