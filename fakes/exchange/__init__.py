"""A fake Exchange: rules, routing, queue, and the server behind sockets."""
