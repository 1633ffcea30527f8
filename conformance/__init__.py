"""Runs recorded decisions of Ory Oathkeeper against Oathgate, and records new ones."""
