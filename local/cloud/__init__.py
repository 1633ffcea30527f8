"""The local cloud: a pinned AWS emulator, made to behave at the gateway's edge as AWS does."""
