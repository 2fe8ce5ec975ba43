#!/usr/bin/env python3
"""web_server.py FOLDER [--tls CERT KEY]

An HTTP server of loopback for tests. Writes its port to FOLDER/port, and each request to
FOLDER/NNN.json. The path's first word decides: /status/503 that status, /fails/2/503 that status
twice and then 200, /slow no answer, /long 2 MiB, /redirect 302 to /moved, /drop no answer and the
end of the connection, /postmark/email/batch what Postmark would (the token is "s3cret"; of each
mail the recipient's name decides: refused@ is inactive, later@ too fast, slow@ keeps the whole
request waiting); else 200 with the request's body.
"""
import argparse
import http.server
import json
import os
import ssl
import threading
import time

from mail_server import write_whole


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    count = 0
    failed = {}

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_as_postmark(self, body):
        if self.headers.get("X-Postmark-Server-Token") != "s3cret":
            self.answer(401, b'{"ErrorCode":10,"Message":"The Server Token you provided was not valid."}')
            return
        results = []
        for mail in json.loads(body):
            name = mail["To"].split("<")[-1].split("@")[0]
            if name == "slow":
                time.sleep(3600)
            code, message = {"refused": (406, "You tried to send to an inactive recipient."),
                             "later": (429, "Rate limit exceeded.")}.get(name, (0, "OK"))
            results.append({"ErrorCode": code, "Message": message})
        self.answer(200, json.dumps(results).encode(), [("Content-Type", "application/json")])

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with Answering.lock:
            Answering.count += 1
            write_whole(self.server.folder, f"{Answering.count:03}.json", json.dumps({
                "method": self.command, "path": self.path, "headers": dict(self.headers.items()),
                "body": body.decode("utf-8", "surrogateescape")}))
        words = self.path.strip("/").split("/")
        if words[0] == "status":
            self.answer(int(words[1]), b'{"error":"as asked"}', [("Retry-After", "7")])
        elif words[0] == "fails":
            with Answering.lock:
                Answering.failed[self.path] = Answering.failed.get(self.path, 0) + 1
                is_over = Answering.failed[self.path] > int(words[1])
            self.answer(200 if is_over else int(words[2]))
        elif self.path == "/postmark/email/batch":
            self.answer_as_postmark(body)
        elif words[0] == "slow":
            time.sleep(3600)
        elif words[0] == "long":
            self.answer(200, b"x" * (2 << 20))
        elif words[0] == "redirect":
            self.answer(302, headers=[("Location", "/moved")])
        elif words[0] == "drop":
            self.close_connection = True
        else:
            self.answer(200, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2)
    arguments = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Answering)
    server.daemon_threads = True
    server.folder = arguments.folder
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    write_whole(arguments.folder, "port", str(server.server_address[1]))
    server.serve_forever()
