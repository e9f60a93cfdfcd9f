"""Mail flow rules: the tables, one rule on one mail, all rules in order."""
