"""From recipient to next hop: resolution, connectors, hand-offs."""
