import Foundation
import HTTPCalling
import HTTPServing
import JSONText
import TestSupport
import Testing

/// What merchants are told, by the real executable to a real receiver.
@Suite("webhooks")
struct WebhookTests {
  static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

  private func webhooks(_ url: String) -> JSON {
    [["id": "w1", "url": JSON(url), "secret": "${HOOK_SECRET}", "events": ["payin.*"]]]
  }

  /// Pays a new pay-in and gives its id.
  private func paid(_ installation: Installation, _ reference: String) async throws -> String {
    let made = try await installation.client.post(
      "/v1/payins", ServeTests.payin(reference, method: "spei"), idempotencyKey: reference)
    let order = try #require(made.json["provider_order_id"]?.string)
    _ = try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay")
    return try #require(made.json["id"]?.string)
  }

  private func messages(_ receiver: Receiver, _ count: Int) async throws -> [Request] {
    var all: [Request] = []
    _ = try await eventually {
      all += receiver.taken()
      return all.count >= count
    }
    return all
  }

  @Test("tell every change in order, signed, and stand on the timeline")
  func order() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(webhooks: webhooks("\(url)/hooks"))
      let gateway = try await installation.serve()
      let id = try await paid(installation, "hook-1")
      let all = try await messages(receiver, 2)
      #expect(all.map { $0.json["type"] } == ["payin.pending", "payin.succeeded"])
      #expect(all.map { $0.json["sequence"]?.int64 } == [1, 2])
      #expect(all.allSatisfy { $0.json["data"]?["id"]?.string == id })
      for message in all {
        let faults = Contract.standing.faults(of: message.json, "WebhookMessage")
        #expect(faults.isEmpty)
      }
      let client = installation.client
      let delivered = try await eventually {
        let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
        return events.count { $0["type"] == "webhook.delivered" } == 2
      }
      #expect(delivered == true)
      let listed = try await client.get("/v1/events?payin=\(id)").json["data"]?.array ?? []
      #expect(listed.compactMap { $0["type"]?.string } == ["payin.succeeded", "payin.pending"])
      #expect(listed.allSatisfy { $0["deliveries"]?.array?.first?["state"] == "delivered" })

      let event = try #require(listed.last?["id"]?.string)
      #expect(try await client.post("/v1/events/\(event)/redeliver").status == 202)
      let again = try await messages(receiver, 1)
      #expect(again.first?.headers["webhook-id"] == all.first?.headers["webhook-id"])
      #expect(again.first?.body == all.first?.body)
      _ = await installation.stop(gateway)
      try await installation.end()
    }
  }

  @Test("that fail are tried again, the later ones wait, and a kill -9 loses none")
  func retry() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(webhooks: webhooks("\(url)/hooks"))
      let first = try await installation.serve()
      receiver.answers(Response(.internalServerError))
      _ = try await paid(installation, "hook-2")
      let failed = try await messages(receiver, 1)
      #expect(failed.first?.json["type"] == "payin.pending")
      first.signal(SIGKILL)
      _ = await first.ended()
      receiver.answers(Response(.noContent))
      let second = try await installation.serve()
      let all = try await messages(receiver, 2)
      #expect(all.map { $0.json["type"] } == ["payin.pending", "payin.succeeded"])
      #expect(all.first?.headers["webhook-id"] == failed.first?.headers["webhook-id"])
      _ = await installation.stop(second)
      try await installation.end()
    }
  }

  @Test("are managed by API: made, listed, rotated, disabled by 410, deleted")
  func endpoints() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation(webhooks: webhooks("\(url)/config"))
      let gateway = try await installation.serve()
      let client = installation.client
      let path = "/v1/webhook_endpoints"
      let made = try await client.post(
        path, ["url": JSON("\(url)/mine"), "events": ["payin.succeeded"]]
      ).json
      let id = try #require(made["id"]?.string)
      #expect(made["secret"]?.string?.hasPrefix("whsec_") == true)
      let listed = try await client.get(path).json["data"]?.array ?? []
      #expect(listed.compactMap { $0["source"]?.string } == ["configuration", "api"])
      #expect(listed.allSatisfy { $0["secret"]?.isNull == true })
      #expect(try await client.call("DELETE", "\(path)/w1").status == 409)

      let rotated = try await client.call(
        "PATCH", "\(path)/\(id)", Array(#"{"rotate_secret":true}"#.utf8),
        [HTTPHeader("Content-Type", "application/json")])
      #expect(rotated.json["secret"] != made["secret"])
      let payin = try await paid(installation, "hook-3")
      let all = try await messages(receiver, 3)
      let mine = all.filter { $0.path == "/mine" }
      #expect(mine.map { $0.json["type"] } == ["payin.succeeded"])
      #expect(mine.first?.headers["webhook-signature"]?.split(separator: " ").count == 2)

      receiver.answers(Response(.gone))
      _ = try await paid(installation, "hook-4")
      let disabled = try await eventualValue {
        try await client.get("\(path)/\(id)").json["disabled_reason"]?.string
      }
      #expect(disabled == "gone")
      #expect(try await client.call("DELETE", "\(path)/\(id)").status == 204)
      #expect(try await client.get("\(path)/\(id)").status == 404)
      #expect(try await client.get("/v1/events?payin=\(payin)&limit=1").status == 200)
      for body in [
        #"{}"#, #"{"url":"ftp://x"}"#, #"{"url":"https://u@x"}"#, #"{"url":"https://"}"#,
        #"{"url":"https://x","events":["card.paid"]}"#, #"{"url":"https://x","colour":1}"#,
      ] {
        let answer = try await client.call(
          "POST", path, Array(body.utf8), [HTTPHeader("Content-Type", "application/json")])
        #expect(answer.status == 400, "\(body)")
      }
      _ = await installation.stop(gateway)
      try await installation.end()
    }
  }

  @Test("never go to a private address unless the configuration allows it, nor over plain http")
  func addresses() async throws {
    try await Receiver.run { receiver, url in
      let installation = try await Installation()
      let client = installation.client
      let open = try await installation.serve()
      let path = "/v1/webhook_endpoints"
      #expect(try await client.post(path, ["url": JSON("\(url)/hooks")]).status == 201)
      _ = await installation.stop(open)
      let file = installation.place.path + "/pasarela.json5"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      let closed = text.replacing(
        "\"allow_private_addresses\":true", with: "\"allow_private_addresses\":false")
      #expect(closed != text)
      try installation.place.write(closed, to: "pasarela.json5")
      let gateway = try await installation.serve()
      let id = try await paid(installation, "hook-5")
      let failure = try await eventualValue {
        let events = try await client.get("/v1/payins/\(id)/events").json["data"]?.array ?? []
        return events.first { $0["type"] == "webhook.failed" }?["data"]?["failure"]?.string
      }
      #expect(failure == "unresolvable_host")
      #expect(receiver.taken().isEmpty)
      for dead in ["http://shop.example/", "\(url)/hooks", "https://10.1.2.3/", "https://a:99999/"]
      {
        #expect(try await client.post(path, ["url": JSON(dead)]).status == 400, "\(dead)")
      }
      // A name that nobody has is told in the same word.
      let made = try await client.post(path, ["url": "https://nobody.invalid/"]).json
      let other = try #require(made["id"]?.string)
      let unknown = try await paid(installation, "hook-6")
      let word = try await eventualValue {
        let events = try await client.get("/v1/payins/\(unknown)/events").json["data"]?.array ?? []
        return events.first {
          $0["type"] == "webhook.failed" && $0["data"]?["endpoint"]?.string == other
        }?["data"]?["failure"]?.string
      }
      #expect(word == "unresolvable_host")
      _ = await installation.stop(gateway)
      try await installation.end()
    }
  }
}
