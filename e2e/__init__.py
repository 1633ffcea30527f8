"""The stack, deployed for real onto the local cloud, and called over HTTP."""
