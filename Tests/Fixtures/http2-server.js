// An HTTPS server that speaks HTTP/2 and HTTP/1.1, for Tests/HTTPCallingTests.
// Every answer: the request's HTTP version, how often this path came, connections so far.
// A POST to /die ends its connection instead; /refuse refuses the stream.
const fs = require("fs");
const http2 = require("http2");

const [certificate, key] = process.argv.slice(2);
const server = http2.createSecureServer({
  cert: fs.readFileSync(certificate), key: fs.readFileSync(key), allowHTTP1: true,
});
const seen = {};
let connections = 0;

server.on("secureConnection", () => { connections += 1; });
server.on("request", (request, response) => {
  seen[request.url] = (seen[request.url] ?? 0) + 1;
  const count = request.method === "GET" ? seen[request.url.slice("/seen".length)] : seen[request.url];
  request.resume();
  request.on("end", () => {
    if (request.url === "/die") return request.socket.destroy();
    if (request.url === "/refuse") {
      return request.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    }
    response.end(`${request.httpVersion} ${count} ${connections}`);
  });
});
server.on("sessionError", () => {});
server.listen(0, "127.0.0.1", () => {
  console.log(`ACCEPT 127.0.0.1:${server.address().port}`);
});
process.stdin.resume().on("end", () => process.exit());
