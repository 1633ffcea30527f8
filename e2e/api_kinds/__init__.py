"""Stages with an HTTP API and with a WebSocket API, deployed and called."""
