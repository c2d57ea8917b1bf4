import Crypto
import Foundation
import HTTPCalling
import HTTPServing
import JSONText
import TestSupport
import Testing

/// Two gateways over one store, as two processes.
@Suite("two gateways over one store")
struct TwinTests {
  enum Store: CaseIterable {
    case sqlite, postgresql

    /// Runs the body with the address of an empty one.
    func withAddress(_ body: (String) async throws -> Void) async throws {
      switch self {
      case .sqlite: try await body("sqlite:books/pasarela.db")
      case .postgresql:
        try await TestCluster.shared().withSchema { try await body("postgresql:\($0)") }
      }
    }
  }

  private func twins(
    _ store: Store, _ body: (Installation, [Client], [Program], Receiver) async throws -> Void
  ) async throws {
    try await store.withAddress { try await twins(at: $0, body) }
  }

  private func twins(
    at store: String, _ body: (Installation, [Client], [Program], Receiver) async throws -> Void
  ) async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(
        webhooks: [
          ["id": "w1", "url": JSON("\(url)/w1"), "secret": "${HOOK_SECRET}", "events": ["payin.*"]]
        ], store: store)
      let programs = [
        try await installation.serve(), try await installation.serve(isTwin: true),
      ]
      let clients = [installation.client, installation.twinClient]
      try await body(installation, clients, programs, receiver)
      for program in programs { program.signal(SIGKILL) }
      for program in programs { _ = await program.status() }
      try await installation.end()
    }
  }

  @Test("a hundred repeats over both make one pay-in, with one answer", arguments: Store.allCases)
  func repeats(_ store: Store) async throws {
    try await twins(store) { installation, clients, _, _ in
      let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
        for number in 0..<100 {
          group.addTask {
            while true {
              let answer = try await clients[number % 2].post(
                "/v1/payins", ServeTests.payin("twin", method: "store"), idempotencyKey: "twin")
              guard answer.code == "conflict_in_progress" else { return answer }
              try await Task.sleep(for: .milliseconds(20))
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(answers.map(\.status)) == [201])
      #expect(Set(answers.map(\.body)).count == 1)
      #expect(answers.count { $0.header("Idempotent-Replayed") == nil } == 1)
      let orders = try await installation.sandboxClient.get("/_sandbox/orders").json["orders"]
      #expect(orders?.array?.count == 1)
    }
  }

  @Test("a merchant reference is taken once, whoever is asked", arguments: Store.allCases)
  func references(_ store: Store) async throws {
    try await twins(store) { installation, clients, _, _ in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await clients[number % 2].post(
              "/v1/payins", ServeTests.payin("once", method: "store"),
              idempotencyKey: "key-\(number)"
            ).status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.count { $0 == 201 } == 1)
      #expect(statuses.count { $0 == 409 } == 19)
      let orders = try await installation.sandboxClient.get("/_sandbox/orders").json["orders"]
      #expect(orders?.array?.count == 1)
    }
  }

  @Test(
    "each payment is recorded once and told once, though one of the two dies",
    arguments: Store.allCases)
  func payments(_ store: Store) async throws {
    try await twins(store) { installation, clients, programs, receiver in
      let made = try await withThrowingTaskGroup(of: JSON.self) { group in
        for number in 0..<20 {
          group.addTask {
            try await clients[number % 2].post(
              "/v1/payins", ServeTests.payin("paid-\(number)", method: "store"),
              idempotencyKey: "paid-\(number)"
            ).json
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for payin in made {
        let path = "/v1/payins/\(payin["id"]?.string ?? "")/events"
        // A message that the dead one was sending would be sent again, but only after its lease.
        let isTold = try await eventually {
          let events = try await clients[1].get(path).json["data"]?.array ?? []
          return events.contains { $0["type"] == "webhook.delivered" }
        }
        #expect(isTold == true)
      }
      programs[0].signal(SIGKILL)
      for payin in made {
        let order = payin["provider_order_id"]?.string ?? ""
        _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
      }
      for payin in made {
        let path = "/v1/payins/\(payin["id"]?.string ?? "")"
        let paid = try await eventualValue {
          // Callbacks go to the one that is dead.
          let now = try await clients[1].post("\(path)/sync").json
          return now["status"] == "succeeded" ? Optional(now) : .none
        }
        #expect(paid?["receipts"]?.array?.count == 1)
        #expect(paid?["amount_received"] == 15_000)
        let events = try await clients[1].get("\(path)/events").json["data"]?.array ?? []
        let numbers = events.compactMap { $0["sequence"]?.int64 }
        #expect(numbers == Array(1...Int64(numbers.count)))
      }
      var told: [String: Int] = [:]
      let isAllTold = try await eventually {
        for message in receiver.taken() where message.json["type"] == "payin.succeeded" {
          told[message.json["data"]?["id"]?.string ?? "", default: 0] += 1
        }
        return told.count == made.count
      }
      #expect(isAllTold == true)
      #expect(told.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("who waits at one hears of what the other learns", arguments: Store.allCases)
  func waiting(_ store: Store) async throws {
    try await twins(store) { installation, clients, _, _ in
      let made = try await clients[0].post(
        "/v1/payins", ServeTests.payin("wait", method: "store"), idempotencyKey: "wait")
      let id = made.json["id"]?.string ?? ""
      let order = made.json["provider_order_id"]?.string ?? ""
      let began = ContinuousClock.now
      async let heard = clients[1].get("/v1/payins/\(id)?wait=30")
      _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
      #expect(try await heard.json["status"] == "succeeded")
      // The call's own end would tell it, too.
      #expect(ContinuousClock.now - began < .seconds(30))
    }
  }

  @Test("an endpoint that is made at one is told by the other", arguments: Store.allCases)
  func endpoints(_ store: Store) async throws {
    try await twins(store) { installation, clients, _, receiver in
      let url = "http://127.0.0.1:1/x"
      let made = try await clients[0].post("/v1/webhook_endpoints", ["url": JSON(url)])
      let id = try #require(made.json["id"]?.string)
      #expect(try await clients[1].get("/v1/webhook_endpoints/\(id)").status == 200)
      _ = try await clients[0].call("DELETE", "/v1/webhook_endpoints/\(id)")
      #expect(try await clients[1].get("/v1/webhook_endpoints/\(id)").status == 404)
      _ = receiver.taken()
    }
  }

  private func patch(_ client: Client, _ id: String, _ body: JSON) async throws -> Client.Answer {
    try await client.call(
      "PATCH", "/v1/webhook_endpoints/\(id)", body.bytes,
      [HTTPHeader("Content-Type", "application/json")])
  }

  @Test(
    "of forty secrets rotated at once over both each signs, and a change beside them is kept",
    arguments: Store.allCases)
  func rotations(_ store: Store) async throws {
    try await twins(store) { installation, clients, _, receiver in
      let base = try #require(receiver.url)
      let made = try await clients[0].post(
        "/v1/webhook_endpoints", ["url": JSON("\(base)/old")])
      let id = try #require(made.json["id"]?.string)
      let secrets = try await withThrowingTaskGroup(of: String?.self) { group in
        for number in 0..<40 {
          group.addTask {
            try await patch(clients[number % 2], id, ["rotate_secret": true]).json["secret"]?.string
          }
        }
        group.addTask {
          _ = try await patch(clients[1], id, ["url": JSON("\(base)/new")])
          return made.json["secret"]?.string
        }
        return try await group.reduce(into: Set<String>()) { all, secret in
          if let secret { all.insert(secret) }
        }
      }
      #expect(secrets.count == 41)
      _ = try await clients[1].post(
        "/v1/payins", ServeTests.payin("signed", method: "store"), idempotencyKey: "signed")
      let message = try await eventualValue { receiver.taken().first { $0.path == "/new" } }
      let sent = try #require(message)
      let prefix = Array(
        "\(sent.headers["webhook-id"] ?? "").\(sent.headers["webhook-timestamp"] ?? "").".utf8)
      let expected = secrets.map { secret in
        let key = Base64.decode(String(secret.dropFirst(6))) ?? []
        return "v1," + Base64.encode(HMAC.sha256(key: key, message: prefix + sent.body))
      }
      let signatures = (sent.headers["webhook-signature"] ?? "").split(separator: " ")
      #expect(Set(signatures.map(String.init)) == Set(expected) && signatures.count == 41)
    }
  }

  @Test(
    "a merchant has ten endpoints however many are asked for at once, over both",
    arguments: Store.allCases)
  func limit(_ store: Store) async throws {
    try await twins(store) { _, clients, _, _ in
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<30 {
          group.addTask {
            try await clients[number % 2].post(
              "/v1/webhook_endpoints", ["url": "http://127.0.0.1:1/\(number)"]
            ).status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      // One stands in the configuration.
      #expect(statuses.count { $0 == 201 } == 9 && statuses.count { $0 == 422 } == 21)
      for client in clients {
        #expect(
          try await client.get("/v1/webhook_endpoints").json["data"]?.array?.count == 10)
      }
    }
  }

  @Test(
    "an endpoint that is made at one hears of what happens at the other right after",
    arguments: Store.allCases)
  func madeElsewhere(_ store: Store) async throws {
    try await twins(store) { _, clients, _, receiver in
      let base = try #require(receiver.url)
      for number in 0..<5 {
        _ = try await clients[0].post(
          "/v1/webhook_endpoints", ["url": JSON("\(base)/made-\(number)")])
        _ = try await clients[1].post(
          "/v1/payins", ServeTests.payin("made-\(number)", method: "store"),
          idempotencyKey: "made-\(number)")
      }
      var told: Set<String> = []
      let isTold = try await eventually {
        for message in receiver.taken() {
          let reference = message.json["data"]?["merchant_reference"]?.string ?? ""
          told.insert("\(reference)\(message.path)")
        }
        return (0..<5).allSatisfy { told.contains("made-\($0)/made-\($0)") }
      }
      #expect(isTold == true)
    }
  }

  @Test(
    "health lists those that are alive, and one that was killed for some seconds only",
    arguments: Store.allCases)
  func alive(_ store: Store) async throws {
    try await twins(store) { _, clients, programs, _ in
      func seen() async throws -> [JSON] {
        try await clients[1].get("/health").json["checks"]?["gateways:alive"]?.array ?? []
      }
      #expect(try await eventually { try await seen().count == 2 })
      let both = try await seen()
      #expect(Set(both.compactMap { $0["componentId"]?.string }).count == 2)
      #expect(both.allSatisfy { $0["status"] == "pass" && $0["version"] == "0.1.0" })
      #expect(Set(both.compactMap { $0["rules_version"]?.string }).count == 1)
      programs[0].signal(SIGKILL)
      #expect(try await eventually { try await seen().count == 1 })
    }
  }

  @Test("an account's limit holds for both together, and who drains keeps its part to the end")
  func limits() async throws {
    let installation = try await Installation(limits: ["rate": 4])
    _ = try await installation.serve()
    let second = try await installation.serve(isTwin: true)
    let clients = [installation.client, installation.twinClient]
    func orders() async throws -> Int {
      try await installation.sandboxClient.get("/_sandbox/orders").json["orders"]?.array?.count ?? 0
    }
    // Any second's worth that was saved is used up.
    func load(_ name: String, seconds: Int) async {
      let end = ContinuousClock.now + .seconds(seconds)
      await withTaskGroup(of: Void.self) { group in
        for (number, client) in (clients + clients).enumerated() {
          group.addTask {
            var count = 0
            while ContinuousClock.now < end {
              count += 1
              let key = "\(name)-\(number)-\(count)"
              _ = try? await client.post(
                "/v1/payins", ServeTests.payin(key, method: "store"), idempotencyKey: key)
            }
          }
        }
      }
    }
    await load("first", seconds: 2)
    let before = try await orders()
    let start = ContinuousClock.now
    await load("second", seconds: 5)
    let made = Double(try await orders() - before)
    let took = (ContinuousClock.now - start) / .seconds(1)
    // One token each may have been left over, and one more each be given in the last moment.
    #expect(made <= 4 * took + 4)
    #expect(made >= 4)
    second.signal(SIGTERM)
    #expect(await second.status() == 0)
    let alive = try await clients[0].get("/health").json["checks"]?["gateways:alive"]?.array
    #expect(
      try await eventually {
        try await clients[0].get("/health").json["checks"]?["gateways:alive"]?.array?.count == 1
      } || alive?.count == 1)
    try await installation.end()
  }
}
