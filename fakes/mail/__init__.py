"""Mail as values: addresses, envelope, content, labels, sessions and replies."""
