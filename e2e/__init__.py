"""The stack, deployed for real onto the local cloud, and asked over HTTP."""
