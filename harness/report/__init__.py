"""What people and programs read: values in, text or JSON-able data out."""
