"""The SMTP dialect on sockets: written once, for every server and client of ours."""
