"""Requests that keep the rules, requests that break exactly one, and answers as they are documented.

`space` and `edges` need nothing but the package; `strategies` needs Hypothesis (extra `testing`).
"""
