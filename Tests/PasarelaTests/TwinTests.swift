import Foundation
import JSONText
import TestSupport
import Testing

/// Two gateways over one store, as two processes.
@Suite("two gateways over one store")
struct TwinTests {
  private func twins(
    _ body: (Installation, [Client], [Program], Receiver) async throws -> Void
  ) async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(webhooks: [
        ["id": "w1", "url": JSON("\(url)/w1"), "secret": "${HOOK_SECRET}", "events": ["payin.*"]]
      ])
      let programs = [
        try await installation.serve(), try await installation.serve(isTwin: true),
      ]
      let clients = [installation.client, installation.twinClient]
      try await body(installation, clients, programs, receiver)
      for program in programs { program.signal(SIGKILL) }
      for program in programs { _ = await program.status() }
      await installation.end()
    }
  }

  @Test("a hundred repeats over both make one pay-in, with one answer")
  func repeats() async throws {
    try await twins { installation, clients, _, _ in
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

  @Test("a merchant reference is taken once, whoever is asked")
  func references() async throws {
    try await twins { installation, clients, _, _ in
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

  @Test("each payment is recorded once and told once, though one of the two dies")
  func payments() async throws {
    try await twins { installation, clients, programs, receiver in
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
          return events.contains { $0["type"] == "webhook.delivered" } ? true : nil
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
        let paid = try await eventually {
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
        return told.count == made.count ? true : nil
      }
      #expect(isAllTold == true)
      #expect(told.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("who waits at one hears of what the other learns")
  func waiting() async throws {
    try await twins { installation, clients, _, _ in
      let made = try await clients[0].post(
        "/v1/payins", ServeTests.payin("wait", method: "store"), idempotencyKey: "wait")
      let id = made.json["id"]?.string ?? ""
      let order = made.json["provider_order_id"]?.string ?? ""
      let status = try await withThrowingTaskGroup(of: String?.self) { group in
        group.addTask {
          try await clients[1].get("/v1/payins/\(id)?wait=30").json["status"]?.string
        }
        group.addTask {
          // The call's own end comes later, and would tell it, too.
          try await Task.sleep(for: .seconds(25))
          return "nothing"
        }
        _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
        let first = try await group.next() ?? nil
        group.cancelAll()
        return first
      }
      #expect(status == "succeeded")
    }
  }

  @Test("an endpoint that is made at one is told by the other")
  func endpoints() async throws {
    try await twins { installation, clients, _, receiver in
      let url = "http://127.0.0.1:1/x"
      let made = try await clients[0].post("/v1/webhook_endpoints", ["url": JSON(url)])
      let id = try #require(made.json["id"]?.string)
      let isKnown = try await eventually {
        try await clients[1].get("/v1/webhook_endpoints/\(id)").status == 200 ? true : nil
      }
      #expect(isKnown == true)
      _ = try await clients[0].call("DELETE", "/v1/webhook_endpoints/\(id)")
      let isGone = try await eventually {
        try await clients[1].get("/v1/webhook_endpoints/\(id)").status == 404 ? true : nil
      }
      #expect(isGone == true)
      _ = receiver.taken()
    }
  }
}
