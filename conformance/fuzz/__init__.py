"""Makes up configurations, rules and requests, and compares what Oathkeeper and Oathgate decide."""
