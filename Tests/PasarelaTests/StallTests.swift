import Foundation
import Glibc
import HTTPCalling
import JSONText
import TestSupport
import Testing

/// What goes on around a gateway, and may not hold it up.
@Suite("nothing stalls", .timeLimit(.minutes(3)))
struct StallTests {
  @Test("a log that nobody reads holds nobody up; what was dropped is counted, and said")
  func log() async throws {
    let installation = try await Installation()
    let (pipe, reader) = try installation.logPipe()
    try await installation.run(output: pipe) { installation, gateway, client in
      // Lines of some 60 KB: a few fill the pipe, some twenty what may wait.
      let words = (0..<500).map { "{ name: \"r\($0)\", when: \"payin.nothing\", route: {} }" }
      try installation.place.write(
        "{ rules: [ \(words.joined(separator: ", ")) ] }", to: "routing-rules/default.json5")
      func dropped() async throws -> Int {
        let text = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("pasarela_log_dropped_total ") }
        return line.flatMap { Int($0.split(separator: " ")[1]) } ?? -1
      }
      #expect(try await dropped() == 0)
      var reloads = 0
      while try await dropped() == 0, reloads < 500 {
        #expect(try await client.post("/v1/rules/reload").status == 422)
        reloads += 1
      }
      #expect(try await dropped() > 0)
      #expect(try await client.get("/health/live").status == 200)
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("unread", method: "spei"), idempotencyKey: "unread")
      #expect(made.status == 201)
      // Somebody reads again.
      let count = try await dropped()
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      var text: [UInt8] = []
      let said = try await eventually { () -> Bool in
        while case let got = read(reader, &bytes, bytes.count), got > 0 { text += bytes[..<got] }
        return String(decoding: text, as: UTF8.self).contains("\(count) lines were dropped")
      }
      #expect(said == true)
      gateway.signal(SIGTERM)
      #expect(await gateway.status() == 0)
      close(reader)
    }
  }

  @Test("a gateway that stops with a log that nobody reads ends all the same")
  func stopUnread() async throws {
    let installation = try await Installation()
    let (pipe, reader) = try installation.logPipe()
    // No room at all from the start.
    let stuffing = [UInt8](repeating: 0x20, count: 1 << 12)
    while write(reader, stuffing, stuffing.count) > 0 {}
    try await installation.run(output: pipe) { installation, gateway, client in
      gateway.signal(SIGTERM)
      #expect(await gateway.status() == 0)
      close(reader)
    }
  }

  @Test("SIGTERM answers whoever waits, finishes creations and lets deliveries go")
  func stop() async throws {
    let receiver = try TakenPort()  // takes connections and never answers
    let installation = try await Installation(
      webhooks: [
        [
          "id": "w1", "url": JSON("http://127.0.0.1:\(receiver.port)/"),
          "secret": "${HOOK_SECRET}", "events": ["*"],
        ]
      ], requestSeconds: 20)
    try await installation.run { installation, gateway, client in
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("stop-1", method: "spei"), idempotencyKey: "stop-1")
      let id = try #require(made.json["id"]?.string)
      _ = try await installation.sandboxClient.post(
        "/_sandbox/faults",
        ["provider": "openpay", "operation": "create", "kind": "slow", "milliseconds": 4000])
      let polls = (0..<300).map { _ in
        Task { try await client.get("/v1/payins/\(id)?wait=30").json["status"]?.string }
      }
      let creation = Task {
        try await client.post(
          "/v1/payins", ServeTests.payin("stop-2", method: "store"), idempotencyKey: "stop-2")
      }
      #expect(
        try await eventually { () -> Bool in
          let text = String(decoding: try await client.get("/metrics").body, as: UTF8.self)
          let line = text.split(separator: "\n").first {
            $0.hasPrefix("pasarela_http_connections ")
          }
          return line.flatMap { Int($0.split(separator: " ")[1]) }.map { $0 >= 301 } == true
        } == true)
      gateway.signal(SIGTERM)
      for poll in polls { #expect(try await poll.value == "pending") }
      let answer = try await creation.value
      #expect(answer.status == 202 && answer.json["status"] == "processing")
      let ended = await gateway.ended()
      #expect(ended.status == 0)
      #expect(ended.output.contains("\"message\":\"stopped\""))
      // Its order was made, and nobody has to ask for it.
      _ = try await installation.serve()
      let found = try await client.get("/v1/payins/\(answer.json["id"]?.string ?? "")")
      #expect(found.json["status"] == "pending")
      let kinds = try await client.get("/v1/payins/\(found.json["id"]?.string ?? "")/events")
        .json["data"]?.array?.compactMap { $0["type"]?.string }
      #expect(kinds?.contains { $0.contains("doubt") || $0.contains("interrupted") } == false)
    }
  }

  @Test("a store whose file is gone takes nothing any more, and says so", arguments: [false, true])
  func storeFile(isReplaced: Bool) async throws {
    let installation = try await Installation(isWhole: false)
    try await installation.run { installation, gateway, client in
      let files = try FileManager.default.contentsOfDirectory(
        atPath: "\(installation.place.path)/books")
      for name in files where !name.hasSuffix(".lock") && !name.hasSuffix(".json") {
        let path = "\(installation.place.path)/books/\(name)"
        if isReplaced { try FileManager.default.copyItem(atPath: path, toPath: path + ".copy") }
        try FileManager.default.removeItem(atPath: path)
        if isReplaced { try FileManager.default.moveItem(atPath: path + ".copy", toPath: path) }
      }
      let made = try await client.post(
        "/v1/payins", ServeTests.payin("lost", method: "spei"), idempotencyKey: "lost")
      #expect(made.status == 503 && made.code == "unavailable")
      #expect(
        try await eventually { try await client.get("/health").status == 503 })
      #expect(try await client.get("/health/live").status == 200)
      gateway.signal(SIGKILL)
      _ = await gateway.ended()
    }
  }
}
