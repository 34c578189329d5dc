"""Reliability policy core: hedging, retries, budgets, weighted choice and pause-tolerant timeouts."""
