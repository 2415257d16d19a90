"""A hub that misbehaves: drops connections, redirects, and sends bytes that do not match their hash."""
import hashlib, http.server, json, sys

BYTES = bytes(range(256)) * 12288  # 3 MiB
dropped = set()


class Hub(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        if path.startswith("/api/models/"):
            digest = hashlib.sha256(b"other" if "/wrong/" in path else BYTES).hexdigest()
            file = {"type": "file", "path": "m.gguf", "size": len(BYTES), "oid": "0" * 40,
                    "lfs": {"oid": digest, "size": len(BYTES), "pointerSize": 134}}
            return self.answer(json.dumps([file]).encode(), "application/json")
        if "/resolve/" in path:
            self.send_response(302)
            self.send_header("Location", "/cdn" + path)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self.answer(BYTES, "application/octet-stream", drops="/drops/" in path and path not in dropped)

    def answer(self, body, kind, drops=False):
        start = 0
        if "Range" in self.headers:
            start = int(self.headers["Range"][6:].split("-")[0])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.send_header("Content-Type", kind)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        if drops:
            dropped.add(self.path.split("?")[0])
            self.wfile.write(body[start : len(body) // 2])
            self.wfile.flush()
            return self.connection.close()
        self.wfile.write(body[start:])


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
print(server.server_port, flush=True)
server.serve_forever()
