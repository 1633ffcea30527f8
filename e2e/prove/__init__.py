"""The end-to-end suite against a real account: what the gate must do there, and what only AWS can show.

`python -m e2e.prove` deploys a gate of its own and a few small APIs beside it, sends the requests of `cases/`, records
what came back, and removes everything. Tests run all of it against the local cloud, through the same `Door`.
"""
