import Foundation
import Glibc
import HTTPCalling
import JSONText
import Sandbox
import TestSupport
import Testing

/// What a gateway serves where, and what it does not read.
@Suite("listeners")
struct ListenerTests {
  @Test("operators have a listener of their own, and the public one shows them nothing")
  func operators() async throws {
    let port = try TakenPort().port
    let installation = try await Installation(listen: ["operator": ["port": JSON(port)]])
    try await installation.run { installation, gateway, client in
      let open = installation.client
      let own = Client(port: port, key: Installation.key)
      for path in ["/health", "/health/ready", "/health/live"] {
        let brief = try await open.get(path)
        #expect(brief.status == 200)
        #expect(brief.json.object?.keys.count == 1 && brief.json["status"] != nil)
        #expect(try await own.get(path).json["serviceId"] == "pasarela")
      }
      for path in ["/metrics", "/dashboard"] {
        #expect(try await bare(open, "GET", path).status == 404)
        #expect(try await own.get(path).status == 200)
      }
      #expect(try await bare(open, "POST", "/v1/rules/reload").status == 404)
      #expect(try await own.post("/v1/rules/reload").status == 200)
      // An operator's scope is worth nothing at the public listener.
      var question = ServeTests.payin("rules", method: "spei").object ?? [:]
      question["rules"] = ["otherwise": ["priority": ["openpay-main/spei"]]]
      #expect(try await open.post("/v1/routing/evaluate", .object(question)).status == 403)
      #expect(try await own.post("/v1/routing/evaluate", .object(question)).status == 200)
      #expect(try await own.get("/v1/payins").status == 200)
      #expect(try await open.get("/v1/payins").status == 200)
      #expect(try await open.get("/openapi.json").status == 200)
      for path in ["/pay/x", "/callbacks/openpay-main"] {
        #expect(try await bare(own, "GET", path).status == 404)
        #expect(try await bare(open, "GET", path).status != 200)
      }
    }
  }

  /// Not held to the document, which names what is not served here.
  private func bare(_ client: Client, _ method: String, _ path: String) async throws
    -> Client.Answer
  {
    var client = client
    client.isHeldToContract = false
    return try await client.call(method, path)
  }

  @Test("what never changes has a tag, and is sent compressed to those who take that")
  func documents() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      for path in ["/openapi.json", "/dashboard"] {
        let plain = try await client.get(path)
        let tag = try #require(plain.header("ETag"))
        #expect(plain.header("Vary") == "Accept-Encoding")
        for (given, status) in [
          (tag, 304), ("W/\(tag)", 304), ("\"x\", \(tag)", 304), ("*", 304), ("\"x\"", 200),
        ] {
          let answer = try await client.call("GET", path, [], [HTTPHeader("If-None-Match", given)])
          #expect(answer.status == status, "\(given)")
          #expect(answer.header("ETag") == tag)
          #expect(answer.body.isEmpty == (status == 304))
        }
        let packed = try await OtherProgram.run(
          "curl",
          [
            "-sS", "--noproxy", "*", "-H", "Accept-Encoding: br;q=1.0, gzip;q=0.5", "-D", "-",
            "-o", "\(installation.place.path)/packed.gz", "\(client.baseURL)\(path)",
          ])
        #expect(packed.output.contains("Content-Encoding: gzip"))
        #expect(packed.output.contains("-gzip\""))
        _ = try await OtherProgram.run("gunzip", ["-f", "\(installation.place.path)/packed.gz"])
        let file = URL(filePath: "\(installation.place.path)/packed")
        #expect(try Array(Data(contentsOf: file)) == plain.body)
        for refused in ["gzip;q=0", "*;q=0", "identity", "gzip;q=0.0, *"] {
          let raw = try await withClient(installation.port) { client in
            try client.send(
              "HEAD \(path) HTTP/1.1\r\nHost: a\r\nAccept-Encoding: \(refused)\r\n\r\n")
            return try client.readAnswer(isHead: true)
          }
          #expect(raw.status == 200 && raw.headers["content-encoding"] == nil, "\(refused)")
        }
      }
    }
  }

  @Test("a key, a path, a method and a type are judged before the body")
  func heads() async throws {
    let installation = try await Installation()
    try await installation.run { installation, gateway, client in
      let port = installation.port
      let key = "Authorization: Bearer \(Installation.key)\r\n"
      let json = "Content-Type: application/json\r\n"
      for (line, fields, status) in [
        ("POST /v1/payins", "", 401), ("POST /v1/payins", "Authorization: Bearer x\r\n", 401),
        ("POST /v1/nothing", key, 404), ("PUT /v1/payins", key, 405),
        ("POST /v1/payins", key + "Content-Type: text/plain\r\n", 415),
        ("POST /v1/payins", key + json + "Content-Encoding: gzip\r\n", 415),
        ("POST /v1/payins", key + json + json, 400),
        ("POST /callbacks/nobody", json, 404),
      ] {
        for expectation in ["", "Expect: 100-continue\r\n"] {
          let answer = try await withClient(port) { client in
            try client.send(
              "\(line) HTTP/1.1\r\nHost: a\r\n\(fields)\(expectation)Content-Length: 100\r\n\r\n")
            return try client.readAnswer()
          }
          #expect(answer.status == status, "\(line) \(fields)")
          #expect(answer.headers["connection"] == "close")
          #expect(answer.headers["x-content-type-options"] == "nosniff")
        }
      }
      let large = try await withClient(port) { client in
        try client.send("POST /v1/payins HTTP/1.1\r\nHost: a\r\nContent-Length: 70000\r\n\r\n")
        return try client.readAnswer().status
      }
      #expect(large == 413)
    }
  }

  @Test("idle connections of one address keep nobody out, and are told of")
  func idle() async throws {
    let installation = try await Installation(serving: ["connections": 40])
    try await installation.run { installation, gateway, client in
      let crowd = IdleConnections(100, to: installation.port)
      #expect(try await installation.client.get("/v1/payins").status == 200)
      let health = try await eventualValue {
        let health = try await installation.client.get("/health").json
        let check = health["checks"]?["http:connections"]?.array?.first
        return check?["status"] == "warn" ? check : nil
      }
      #expect(health?["output"]?.string?.contains("turned away") == true)
      let metrics = String(
        decoding: try await installation.client.get("/metrics").body, as: UTF8.self)
      #expect(
        metrics.contains("pasarela_http_connections_turned_away_total{reason=\"gave_way\"}"))
      withExtendedLifetime(crowd) {}
      let ended = await installation.stop(gateway)
      let lines = ended.output.split(separator: "\n").filter { $0.contains("gave way") }
      #expect(lines.count == 1)
    }
  }

  @Test("an account's callbacks come from a client whose certificate has its provider's name")
  func callbackCertificate() async throws {
    let installation = try await Installation(
      listen: [
        "tls": [
          "certificate": "server.pem", "key": "server-key.pem", "client_authorities": "ca.pem",
        ]
      ],
      accounts: { accounts in
        accounts.map { account in
          guard account["id"] == "openpay-main" else { return account }
          var account = account
          account["callback_certificate"] = "callbacks.openpay.example"
          return account
        }
      })
    try await installation.run { installation in
      let folder = installation.place.path
      func issue(_ file: String, to name: String, by authority: String?) async throws {
        let signed = authority.map {
          ["-CA", "\(folder)/\($0).pem", "-CAkey", "\(folder)/\($0)-key.pem"]
        }
        _ = try await OtherProgram.run(
          "openssl",
          [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "1", "-subj", "/CN=\(name)", "-keyout", "\(folder)/\(file)-key.pem", "-out",
            "\(folder)/\(file).pem",
          ] + (signed ?? []))
      }
      try await issue("ca", to: "authority", by: nil)
      try await issue("server", to: "localhost", by: "ca")
      try await issue("right", to: "callbacks.openpay.example", by: "ca")
      try await issue("wrong", to: "callbacks.cashypay.example", by: "ca")
      let gateway = try installation.start()
      let base = "https://127.0.0.1:\(installation.port)"
      func status(_ path: String, _ options: [String]) async throws -> String {
        try await OtherProgram.run(
          "curl",
          ["-sk", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}", base + path] + options
        ).output
      }
      let isUp = try await eventually {
        try await status("/health/live", []) == "200"
      }
      #expect(isUp == true)
      func proof(_ name: String) -> [String] {
        ["--cert", "\(folder)/\(name).pem", "--key", "\(folder)/\(name)-key.pem"]
      }
      let callback =
        [
          "-H", "Content-Type: application/json", "-d",
          #"{"type":"verification","verification_code":"x"}"#,
        ]
        + [
          "-u",
          "\(SandboxCredentials.openpayCallbackUser):\(SandboxCredentials.openpayCallbackPassword)",
        ]
      let path = "/callbacks/openpay-main"
      #expect(try await status(path, callback) == "401")
      #expect(try await status(path, callback + proof("wrong")) == "401")
      #expect(try await status(path, callback + proof("right")) == "200")
      // A certificate proves the client, not the word.
      #expect(try await status(path, callback.dropLast(2) + proof("right")) == "401")
      // Nobody else needs one.
      #expect(try await status("/health", []) == "200")
      #expect(try await status("/callbacks/cashypay-main", callback) == "401")
      gateway.signal(SIGTERM)
      let ended = await gateway.ended()
      #expect(ended.output.contains("the client showed no certificate"))
      #expect(ended.output.contains("the client's certificate has another name"))
    }
  }

  @Test("a certificate is renewed when its files change and on SIGHUP; a bad one changes nothing")
  func certificate() async throws {
    let installation = try await Installation(
      listen: ["tls": ["certificate": "c.pem", "key": "k.pem"]])
    try await installation.run { installation in
      let place = installation.place
      try place.copy(fixture: "tls/trusted.pem", to: "c.pem")
      try place.copy(fixture: "tls/trusted-key.pem", to: "k.pem")
      let gateway = try installation.start()
      let port = installation.port
      func served() async throws -> String? {
        try await OtherProgram.servedCertificate(port: port)
      }
      func fetched(_ path: String) async throws -> String {
        try await OtherProgram.run(
          "curl", ["-sSki", "--noproxy", "*", "https://127.0.0.1:\(port)\(path)"]
        ).output
      }
      let first = try #require(try await eventualValue { try await served() })
      let page = try await fetched("/dashboard")
      #expect(page.contains("Strict-Transport-Security: max-age=31536000"))
      #expect(try await !fetched("/openapi.json").contains("Strict-Transport-Security"))
      try place.write("no certificate", to: "c.pem")
      let isTold = try await eventually {
        gateway.output.contains("a certificate was refused")
      }
      #expect(isTold == true)
      #expect(try await served() == first)
      #expect(try await fetched("/health").contains("http:certificate"))
      for (name, fixture) in [("c.pem", "other-name.pem"), ("k.pem", "other-name-key.pem")] {
        try FileManager.default.removeItem(atPath: "\(place.path)/\(name)")
        try place.copy(fixture: "tls/\(fixture)", to: name)
      }
      gateway.signal(SIGHUP)
      let renewed = try await eventualValue {
        let now = try await served()
        return now == first ? nil : now
      }
      #expect(renewed != nil)
      let isWell = try await eventually {
        try await !fetched("/health").contains("http:certificate")
      }
      #expect(isWell == true)
      gateway.signal(SIGTERM)
      let ended = await gateway.ended()
      let said = "\(ended.errors) \(ended.output.suffix(2000))"
      #expect(ended.status == 0, "\(said)")
    }
  }
}
