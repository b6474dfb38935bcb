#!/usr/bin/python3
"""A mailbox in place of the world, for private instances: a real SMTP server (aiosmtpd, of Debian's
packages) that demands STARTTLS and a sign-in as a provider's would, and keeps every letter as a file.

usage: mailbox.py PORT CERTIFICATE KEY PASSWORD-FILE FOLDER

A letter is FOLDER/<milliseconds>-<n>.eml with its envelope as X-Rcpt and X-Mail-From on top. By its
local part a recipient asks for trouble: refused-… is refused for good, busy-… for now.
"""
import os
import ssl
import signal
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Mailbox:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused-"):
            return "550 5.1.1 no such mailbox: " + address
        if address.startswith("busy-"):
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = "%013d-%d" % (time.time() * 1000, self.count)
        path = os.path.join(self.folder, name)
        with open(path + ".new", "wb") as out:
            head = "X-Mail-From: %s\r\nX-Rcpt: %s\r\n" % (envelope.mail_from, ",".join(envelope.rcpt_tos))
            out.write(head.encode() + envelope.original_content)
        os.rename(path + ".new", path + ".eml")
        return "250 OK"


def main():
    port, certificate, key, password_file, folder = sys.argv[1:]
    with open(password_file, "rb") as f:
        password = f.read().strip()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def authenticate(server, session, envelope, mechanism, data):
        known = isinstance(data, LoginPassword) and data.login == b"recon" and data.password == password
        return AuthResult(success=known)

    controller = Controller(
        Mailbox(folder), hostname="127.0.0.1", port=int(port), tls_context=context, require_starttls=True,
        authenticator=authenticate, auth_required=True, auth_require_tls=True, data_size_limit=1 << 20)
    controller.start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
main()
