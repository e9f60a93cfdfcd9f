"""Campaigns against a tenant: edits that people make, and mails that nobody wrote."""
