"""Comments of a pull request, as GitHub serves them, for a test: `server.py FOLDER [read-only]`.

The comments are `FOLDER/comments.json`, changed by what is asked. The first line that is printed is the port.
"""

import json
import os
import re
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

folder, is_read_only = sys.argv[1], "read-only" in sys.argv
kept = os.path.join(folder, "comments.json")


class Comments(BaseHTTPRequestHandler):
    def answer(self, code, what):
        body = json.dumps(what).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def write(self):
        """The comments and what is written, unless that may not be."""
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if is_read_only or self.headers["Authorization"] != "Bearer secret":
            return self.answer(403, {"message": "Resource not accessible by integration"})
        with open(kept) as file:
            comments = json.load(file)
        target = re.fullmatch(r"/repos/o/r/issues/comments/(\d+)", self.path)
        if self.command == "POST" and self.path == "/repos/o/r/issues/7/comments":
            comments.append({"id": len(comments), "body": given["body"]})
        elif self.command == "PATCH" and target:
            comments[int(target[1])]["body"] = given["body"]
        else:
            return self.answer(404, {"message": "Not Found"})
        with open(kept, "w") as file:
            json.dump(comments, file)
        return self.answer(201, {})

    do_POST = do_PATCH = write

    def do_GET(self):
        asked = urlsplit(self.path)
        if asked.path != "/repos/o/r/issues/7/comments":
            return self.answer(404, {"message": "Not Found"})
        query = parse_qs(asked.query)
        size, page = int(query["per_page"][0]), int(query["page"][0])
        with open(kept) as file:
            return self.answer(200, json.load(file)[(page - 1) * size : page * size])

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Comments)
print(server.server_port, flush=True)
server.serve_forever()
