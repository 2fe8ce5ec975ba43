#!/usr/bin/env python3
"""mail_server.py FOLDER [--tls CERT KEY | --immediate-tls CERT KEY] [--login USER PASSWORD]

A mail server of loopback for tests. Writes its port to FOLDER/port, and each mail it took to
FOLDER/NNN.json. The recipient's name decides: refused@ gets 550, later@ gets 450, once@ gets 450
the first time, slow@ no answer; a subject with GARBAGE is refused after the data (554).
"""
import argparse
import asyncio
import json
import os
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, Envelope


def write_whole(folder, name, text):
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(path + ".part", path)


class Receiver:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0
        self.known = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refused":
            return "550 5.1.1 no such user here"
        if name == "later" or (name == "once" and address not in self.known):
            self.known.add(address)
            return "450 4.2.1 try again later"
        if name == "slow":
            await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope):
        text = envelope.content.decode("utf-8", "surrogateescape")
        if "GARBAGE" in text:
            return "554 5.7.1 we do not want this"
        self.count += 1
        write_whole(self.folder, f"{self.count:03}.json", json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "hello": session.host_name,
            "is_tls": server.transport.get_extra_info("ssl_object") is not None, "is_logged_in": session.authenticated, "message": text}))
        return "250 OK"


def context_of(files):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


async def serve(arguments):
    receiver = Receiver(arguments.folder)
    known = tuple(text.encode() for text in arguments.login or ())

    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == known, handled=False)

    def protocol():
        return SMTP(receiver, hostname="mail.test", loop=asyncio.get_running_loop(),
                    tls_context=context_of(arguments.tls) if arguments.tls else None,
                    authenticator=authenticate if known else None, auth_required=bool(known),
                    auth_require_tls=False)

    implicit = context_of(arguments.immediate_tls) if arguments.immediate_tls else None
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", arguments.port,
                                                            ssl=implicit)
    write_whole(arguments.folder, "port", str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--immediate-tls", nargs=2)
    parser.add_argument("--login", nargs=2)
    asyncio.run(serve(parser.parse_args()))
