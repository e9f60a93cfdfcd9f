"""Lints: what is wrong, or soon will be, in a tenant and no single mail shows."""
