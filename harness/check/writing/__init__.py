"""Mail written for one rule: what each of its conditions looks for, and people."""
