import Crypto
import Foundation
import HTTPServing
import JSONText
import TestSupport
import Testing

/// Marked data through everything that a gateway does, and where it is found.
@Suite("payers' data and secrets at rest")
struct ErasureTests {
  private static let marks = ["Zacarias Marcado", "zacarias.marcado@example.mx", "+525500998877"]
  private static let key = DataKey.make()

  private static let rules = """
    { rules: [
      { name: "store", when: "has(payin.method) && payin.method == 'store'",
        route: { priority: ["openpay-main/store"] } },
      { name: "via", when: "payin.metadata['via'] == 'cashypay'",
        route: { priority: ["cashypay-main/spei"] } },
      { name: "smile", when: "payin.metadata['via'] == 'smilepayz'",
        route: { priority: ["smilepayz-main/spei"] } } ],
      otherwise: { priority: ["openpay-main/spei"] } }
    """

  /// One way to pay, and one pay-in of it.
  private struct Way {
    var name: String
    var method: String
  }

  private static let ways = [
    Way(name: "openpay", method: "spei"), Way(name: "till", method: "store"),
    Way(name: "cashypay", method: "spei"), Way(name: "smilepayz", method: "spei"),
  ]

  private static func body(_ way: Way) -> JSON {
    [
      "merchant_reference": JSON("erase-\(way.name)"), "amount": 15_000, "currency": "MXN",
      "method": JSON(way.method), "description": #"A \"hostile\",\"payer\":null,\"metadata\": one"#,
      "payer": ["name": JSON(marks[0]), "email": JSON(marks[1]), "phone": JSON(marks[2])],
      "metadata": ["via": JSON(way.name)],
    ]
  }

  private struct Bench {
    var installation: Installation
    var receiver: Receiver
    var client: Client { installation.client }

    func make(_ way: Way) async throws -> Client.Answer {
      try await client.post("/v1/payins", body(way), idempotencyKey: "key-\(way.name)")
    }

    /// What merchants were told until now and since the last look, once there is so much.
    func told(_ count: Int) async throws -> [Request] {
      var all: [Request] = []
      _ = try await eventually {
        all += receiver.taken()
        return all.count >= count
      }
      return all
    }

    /// Where marks are in what nobody should find them in: files of the store, what is shown to
    /// operators and payers, refusals.
    func leaks(_ marks: [String], _ log: String, _ pages: [String]) async throws -> [String] {
      var places: [(String, [UInt8])] = [("log", Array(log.utf8))]
      for path in [
        "/health", "/metrics", "/v1/discrepancies", "/v1/providers", "/v1/routing/rules",
        "/dashboard",
      ] + pages { places.append((path, try await client.get(path).body)) }
      var refused = body(Way(name: "refused", method: "spei"))
      refused = refused.with("/amount", -1).with(
        "/payer/email", JSON("\(marks[1]) 4111111111111111"))
      places.append(
        ("refusal", try await client.post("/v1/payins", refused, idempotencyKey: "no").body))
      let reused = body(Way(name: "openpay", method: "spei")).with("/amount", 777)
      places.append(
        (
          "key reused",
          try await client.post("/v1/payins", reused, idempotencyKey: "key-openpay").body
        ))
      let doctor = try await Program.run(
        ["doctor"], in: installation.place.path,
        environment: [
          "KEY_SHA256": String(repeating: "0", count: 64), "HOOK_SECRET": "\(WebhookTests.secret)",
        ])
      places.append(("doctor", Array((doctor.output + doctor.errors).utf8)))
      return places.flatMap { place, bytes in
        marks.filter { Data(bytes).range(of: Data($0.utf8)) != nil }.map { "\(place): \($0)" }
      }
    }

    func stored(_ marks: [String]) throws -> [String] {
      let folder = installation.place.path + "/books"
      return try FileManager.default.contentsOfDirectory(atPath: folder).flatMap { name in
        let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        return marks.filter { bytes.range(of: Data($0.utf8)) != nil }.map { "\(name): \($0)" }
      }
    }
  }

  private func withBench(
    _ members: JSONObject, _ body: (Bench) async throws -> Void
  ) async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(
        webhooks: [
          [
            "id": "w1", "url": JSON("\(url)/configured"), "secret": "${HOOK_SECRET}",
            "events": ["*"],
          ]
        ], members: members)
      try installation.place.write(Self.rules, to: "routing-rules/default.json5")
      try await body(Bench(installation: installation, receiver: receiver))
      try await installation.end()
    }
  }

  /// Every way paid, its payer's page looked at, one order that cannot be followed. Gives the
  /// answers to the creations, and the secret of an endpoint that was made.
  private func drive(_ bench: Bench) async throws -> (made: [JSON], secret: String) {
    let (client, sandbox) = (bench.client, bench.installation.sandboxClient)
    let url = try #require(bench.receiver.url)
    let endpoint = try await client.post(
      "/v1/webhook_endpoints", ["url": JSON("\(url)/made"), "events": ["payin.*"]])
    var made: [JSON] = []
    for way in Self.ways {
      let answer = try await bench.make(way)
      #expect(answer.status == 201 && answer.json["status"] == "pending", "\(answer.json.text)")
      made.append(answer.json)
    }
    for payin in made {
      let order = try #require(payin["provider_order_id"]?.string)
      _ = try await sandbox.post("/_sandbox/orders/\(order)/pay")
      let id = try #require(payin["id"]?.string)
      #expect(try await client.get("/v1/payins/\(id)?wait=30").json["status"] == "succeeded")
    }
    let doubtful = try await bench.make(Way(name: "doubt", method: "store"))
    let id = try #require(doubtful.json["id"]?.string)
    try await UnexpectedTests.fault(
      bench.installation, ["provider": "openpay", "operation": "query", "kind": "garbage"])
    let isListed = try await eventually {
      _ = try await client.post("/v1/payins/\(id)/sync")
      let listed = try await client.get("/v1/discrepancies").json["data"]?.array ?? []
      return listed.contains { $0["payin"]?.string == id && $0["answer"]?.isNull == false }
        ? true : nil
    }
    #expect(isListed == true)
    return (made + [doubtful.json], try #require(endpoint.json["secret"]?.string))
  }

  @Test(
    "stand nowhere but in what merchants are told; sealed not in the store's files, erased nowhere",
    arguments: [true, false])
  func everywhere(isSealed: Bool) async throws {
    let members: JSONObject = isSealed ? ["data_key": JSON(Self.key.text.reveal())] : [:]
    try await withBench(members) { bench in
      let gateway = try await bench.installation.serve()
      let client = bench.client
      let (made, secret) = try await drive(bench)
      let ids = made.compactMap { $0["id"]?.string }
      let pages = made.compactMap { $0["hosted_url"]?.string }
        .map { String($0.dropFirst(client.baseURL.count)) }
      let secrets = [secret, String(secret.dropFirst(6))]
      // Two messages of each that was paid and one of the other, to two endpoints.
      let told = try await bench.told(18)
      #expect(told.count >= 18)
      #expect(told.allSatisfy { $0.json["data"]?["payer"]?["email"]?.string == Self.marks[1] })
      #expect(try await bench.leaks(Self.marks + secrets, gateway.output, pages) == [])
      let found = try bench.stored(Self.marks + secrets)
      #expect(found.isEmpty == isSealed, "\(found)")

      for (id, way) in zip(ids, Self.ways + [Way(name: "doubt", method: "store")]) {
        let before = try await client.get("/v1/payins/\(id)").json
        let first = try await bench.make(way)
        #expect(first.header("Idempotent-Replayed") == "true")
        #expect(first.json == made.first { $0["id"]?.string == id })
        for _ in 0..<2 {
          #expect(try await client.call("DELETE", "/v1/payins/\(id)/payer").status == 204)
        }
        let after = try await client.get("/v1/payins/\(id)").json
        let nobody: JSON = ["name": nil, "email": nil, "phone": nil]
        #expect(after["payer"] == nobody)
        #expect(
          after.with("/payer", nil).with("/updated_at", nil).with("/next_check_at", nil)
            == before.with("/payer", nil).with("/updated_at", nil).with("/next_check_at", nil))
        let again = try await bench.make(way)
        #expect(again.status == 201 && again.json == first.json.with("/payer", nobody))
        let timeline = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
        #expect(timeline.count { $0["type"] == "payer.erased" } == 1)
      }
      _ = bench.receiver.taken()
      let events = try await client.get("/v1/events?limit=100").json["data"]?.array ?? []
      #expect(events.count == 9)
      for event in events {
        let id = try #require(event["id"]?.string)
        #expect(try await client.post("/v1/events/\(id)/redeliver").status == 202)
      }
      let retold = try await bench.told(18)
      #expect(retold.count >= 18)
      #expect(retold.allSatisfy { $0.json["data"]?["payer"]?["email"] == .null })
      let everything =
        ["/v1/payins", "/v1/events?limit=100"] + ids.map { "/v1/payins/\($0)/events" } + pages
      #expect(try await bench.leaks(Self.marks + secrets, gateway.output, everything) == [])
      #expect(try bench.stored(Self.marks) == [])
      let ended = await bench.installation.stop(gateway)
      let printed = ended.output + ended.errors
      #expect((Self.marks + secrets).allSatisfy { !printed.contains($0) })
      #expect(try bench.stored(Self.marks) == [])
    }
  }

  @Test("belong to the merchant: another's, and one that is not there, are not erased")
  func others() async throws {
    try await withBench([:]) { bench in
      let gateway = try await bench.installation.serve()
      let id = try #require(try await bench.make(Self.ways[0]).json["id"]?.string)
      var other = bench.client
      other.key = Installation.otherMerchantKey
      #expect(try await other.call("DELETE", "/v1/payins/\(id)/payer").status == 404)
      other.key = Installation.key(with: "payins:read")
      #expect(try await other.call("DELETE", "/v1/payins/\(id)/payer").status == 403)
      let seen = try await bench.client.get("/v1/payins/\(id)").json
      #expect(seen["payer"]?["email"]?.string == Self.marks[1])
      other.key = Installation.key(with: "payins:write")
      #expect(try await other.call("DELETE", "/v1/payins/\(id)/payer").status == 204)
      _ = await bench.installation.stop(gateway)
    }
  }

  @Test("a key is rotated with both given; without the right one nothing starts")
  func rotation() async throws {
    let members: JSONObject = ["data_key": JSON(Self.key.text.reveal())]
    try await withBench(members) { bench in
      let (installation, path) = (bench.installation, bench.installation.place.path)
      let text = try String(contentsOfFile: path + "/pasarela.json5", encoding: .utf8)
      func configure(_ key: DataKey?, previous: DataKey? = nil) throws {
        var json = try #require(try JSON(parsing: Array(text.utf8)).object)
        json["data_key"] = JSON(key?.text.reveal())
        json["data_key_previous"] = JSON(previous?.text.reveal())
        if key == nil { json["data_key"] = nil }
        if previous == nil { json["data_key_previous"] = nil }
        try installation.place.write(JSON.object(json).text, to: "pasarela.json5")
      }
      func doctor() async throws -> String {
        try await Program.run(
          ["doctor"], in: path,
          environment: [
            "KEY_SHA256": "\(String(repeating: "0", count: 64))",
            "HOOK_SECRET": WebhookTests.secret,
          ]
        ).output
      }
      var gateway = try await installation.serve()
      let (made, _) = try await drive(bench)
      let id = try #require(made[0]["id"]?.string)
      #expect(try await doctor().contains(/data key +ok/))
      _ = await installation.stop(gateway)

      let new = DataKey.make()
      for wrong in [nil, new] {
        try configure(wrong)
        let ended = try await installation.refusedStart([])
        #expect(ended.status == 2, "\(ended.errors)")
        #expect(ended.errors.contains("sealed under a key that is neither data_key nor"))
        #expect(ended.errors.split(separator: "\n").count == 1, "\(ended.errors)")
        #expect(try await doctor().contains("sealed under a key that is neither"))
      }
      try configure(new, previous: Self.key)
      #expect(try await doctor().contains(/data key +warn +\d+ rows are not yet sealed/))
      gateway = try await installation.serve()
      let seen = try await bench.client.get("/v1/payins/\(id)").json
      #expect(seen["payer"]?["email"]?.string == Self.marks[1])
      let check = try await eventualValue {
        let health = try await bench.client.get("/health").json
        let check = health["checks"]?["store:sealing"]?.array?.first
        return check?["observedValue"] == 0 ? check : nil
      }
      #expect(check?["status"] == "pass")
      let metrics = String(decoding: try await bench.client.get("/metrics").body, as: UTF8.self)
      #expect(metrics.contains("pasarela_store_sealed 1\n"))
      #expect(metrics.contains("pasarela_store_rows_to_seal 0\n"))
      _ = await installation.stop(gateway)

      try configure(new)
      gateway = try await installation.serve()
      let again = try await bench.client.get("/v1/payins/\(id)").json
      #expect(again["payer"]?["email"]?.string == Self.marks[1])
      #expect(try await doctor().contains(/data key +ok/))
      _ = await installation.stop(gateway)
    }
  }
}
