"""The guide as a checklist: which of its instructions a tenant has followed."""
