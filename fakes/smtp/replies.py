"""What a server of ours says by itself, beside `fakes.mail.receiving`."""

from fakes.mail.reply import reply

BYE = reply(221, "2.0.0", "Bye")
UNKNOWN_COMMAND = reply(500, "5.5.1", "Unknown command")
SYNTAX = reply(501, "5.5.4", "Syntax error in parameters")
CHUNK_OK = reply(250, "2.6.0", "Chunk received OK")
HELP = reply(214, "2.0.0", "EHLO HELO STARTTLS AUTH MAIL RCPT DATA BDAT RSET QUIT")
NOT_IMPLEMENTED = reply(502, "5.5.1", "Command not implemented")
NOT_VERIFIED = reply(252, "2.1.5", "Cannot verify, send some mail")
BAD_LINE = reply(500, "5.5.2", "Line holds NUL, a bare CR or LF, or is no UTF-8")
LONG_LINE = reply(500, "5.5.2", "Line too long")
NO_ARGUMENT = reply(501, "5.5.4", "No argument allowed")
NEEDS_ARGUMENT = reply(501, "5.5.4", "Argument required")
IN_TLS = reply(503, "5.5.1", "TLS is already active")
PIPELINED_TLS = reply(503, "5.5.1", "Commands were sent behind STARTTLS")
AUTH_UNKNOWN = reply(504, "5.5.4", "Unknown authentication mechanism")
AUTH_NO_BASE64 = reply(501, "5.5.2", "Cannot decode the response")
AUTH_ABORTED = reply(501, "5.7.0", "Authentication aborted")
FAILED = reply(451, "4.3.0", "Local error in processing")
TOO_MANY_ERRORS = reply(421, "4.7.0", "Too many errors")
TOO_MANY_LOGINS = reply(421, "4.7.0", "Too many failed logins")
