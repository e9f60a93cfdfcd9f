"""What a file is and holds, told by its bytes: bytes in, values out, never raising.

Limits are arguments. What is broken, locked or too large is missing, with a reason.
"""
