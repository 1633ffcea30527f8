"""What a deploy passes through: the states between two templates, what AWS serves in each, and a gate to try them with."""
