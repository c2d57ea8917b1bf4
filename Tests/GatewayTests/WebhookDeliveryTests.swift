import HTTPCalling
import JSONText
import Payins
import Storage
import Testing

@testable import Gateway

@Suite("webhooks: delivery")
struct WebhookDeliveryTests {
  @Test("a pay-in's messages come in order, each only when the one before it is through")
  func order() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    let other = try await bench.payin("order-2")
    try await bench.pay(payin)
    try await bench.pay(payin, "second")
    let id = payin.id.text
    bench.caller.answers { $0.json["data"]?["id"]?.string == id ? .status(500) : .status(204) }
    try await bench.deliver()
    #expect(bench.caller.taken().map(\.type).sorted() == ["payin.pending", "payin.pending"])
    #expect(try await bench.states(other) == ["delivered"])
    for _ in 0..<3 {
      #expect(try await bench.next(payin))
      #expect(bench.caller.taken().map(\.type) == ["payin.pending"])
    }
    bench.caller.answers(200)
    #expect(try await bench.next(payin))
    let sent = bench.caller.taken()
    #expect(sent.map(\.type) == ["payin.pending", "payin.succeeded", "payin.receipt"])
    #expect(sent.map { $0.json["sequence"] } == [1, 2, 3])
    #expect(try await bench.next(payin) == false)
  }

  @Test("one whose turn came while it was being put off is not held up for long")
  func missedTurn() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    let first = try #require(try await bench.lease().first)
    try await bench.pay(payin)
    let second = try #require(try await bench.lease().first)
    // The second looks, and waits for the first, which is on its way.
    try await bench.runner.perform(second, under: try #require(second.lease))
    #expect(bench.caller.taken().isEmpty)
    let put = try await bench.store.firstJob(.deliverEvent, subjectPrefix: second.key.subject)
    #expect(try #require(put).due <= bench.clock.now().adding(seconds: 5))
    bench.clock.advance(seconds: 5)
    try await bench.runner.perform(first, under: try #require(first.lease))
    try await bench.deliver()
    #expect(bench.caller.taken().map(\.type) == ["payin.pending", "payin.succeeded"])
  }

  @Test(
    "a receiver that says when to come back is not asked before, within limits",
    arguments: [
      ("11", 11), ("3", 5), ("999999999999", 14_400), ("99999999999999999999", 14_400), ("x", 5),
      ("-1", 5), ("", 5), ("Thu, 28 May 2026 20:30:20 GMT", 220), ("Thu, 28 May 2026", 5),
    ] as [(String, Int64)])
  func retryAfter(text: String, seconds: Int64) async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers { _ in
      .answered(HTTPResponse(status: 503, headers: [HTTPHeader("Retry-After", text)]))
    }
    try await bench.deliver()
    let due = try await bench.store.firstJob(.deliverEvent, subjectPrefix: payin.id.text)?.due
    let wait = try #require(due).milliseconds(since: bench.clock.now())
    // Our own delay is up to a fifth longer.
    #expect((seconds * 1000...max(seconds, 6) * 1000).contains(wait), "\(wait)")
  }

  @Test("what the gateway's own end cuts off is given back, and tried again soon")
  func cutOff() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers { _ in .neverSent(CallFailure(.shutdown, "closed")) }
    let unsent = try #require(try await bench.lease().first)
    try await bench.runner.perform(unsent, under: try #require(unsent.lease))
    #expect(try await bench.tries(payin).isEmpty)
    bench.caller.answers { _ in .sentNoAnswer(CallFailure(.shutdown, "closed")) }
    try await bench.deliver()
    #expect(try await bench.tries(payin).map(\.failure) == ["shutdown"])
    let job = try await bench.store.firstJob(.deliverEvent, subjectPrefix: payin.id.text)
    #expect(job?.lease == nil)
    #expect(try #require(job).due <= bench.clock.now().adding(seconds: 5))
    #expect(bench.runner.failing.accounts.isEmpty)
  }

  @Test("every try bears the same id and body, and its own time and signature")
  func identity() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers(503)
    try await bench.deliver()
    for _ in 0..<3 { #expect(try await bench.next(payin)) }
    let sent = bench.caller.taken()
    #expect(sent.count == 4)
    #expect(Set(sent.map { $0.header("webhook-id") }).count == 1)
    #expect(Set(sent.map(\.body)).count == 1)
    #expect(Set(sent.map { $0.header("webhook-timestamp") }).count == 4)
    #expect(Set(sent.map { $0.header("webhook-signature") }).count == 4)
  }

  @Test("a message that nobody takes is given up within three days, and the next one goes")
  func givenUp() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers { _ in .timeout }
    try await bench.deliver()
    while try await bench.next(payin) {}
    let tries = try await bench.tries(payin)
    let lasted = bench.clock.now().milliseconds(since: WebhookClock.start) / 1000
    #expect((60 * 3600...WebhookRunner.patienceSeconds).contains(lasted))
    #expect((16...30).contains(tries.count) && tries.allSatisfy { $0.failure == "timeout" })
    #expect(try await bench.states(payin) == ["failed"])
    #expect(bench.log.contains("a webhook was given up"))
    bench.caller.answers(200)
    try await bench.pay(payin)
    try await bench.deliver()
    #expect(try await bench.states(payin) == ["failed", "delivered"])
  }

  @Test(
    "only a 2xx is success",
    arguments: [
      (200, true), (202, true), (299, true), (301, false), (307, false), (400, false),
      (404, false), (429, false), (500, false), (600, false),
    ])
  func success(status: Int, isSuccess: Bool) async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    bench.caller.answers(status)
    try await bench.deliver()
    #expect(try await bench.states(payin) == [isSuccess ? "delivered" : "waiting"])
    #expect(try await bench.tries(payin).map(\.status) == [status])
  }

  @Test("what a process did not record before it died is sent again")
  func crash() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    let held = try #require(try await bench.lease().first)
    #expect(try await bench.deliver() == 0)
    bench.clock.advance(to: bench.runner.leaseEnd(at: bench.clock.now()))
    #expect(try await bench.deliver() == 1)
    // The dead one comes back: what it learnt changes nothing any more.
    let lost = try #require(held.lease)
    await #expect(throws: DatabaseError.leaseLost) {
      try await bench.runner.perform(held, under: lost)
    }
    let sent = bench.caller.taken()
    #expect(sent.count == 2 && sent[0].header("webhook-id") == sent[1].header("webhook-id"))
    #expect(try await bench.tries(payin).count == 1)
  }

  @Test("410 disables the endpoint, and the timeline says why the rest did not go")
  func gone() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    try await bench.pay(payin)
    bench.caller.answers(410)
    try await bench.deliver()
    #expect(bench.caller.taken().count == 1)
    #expect(try await bench.tries(payin).map(\.failure) == ["status", "endpoint_disabled"])
    #expect(bench.committer.endpoints.gone.map(\.id) == ["w1"])
    #expect(bench.log.contains("is gone and disabled"))
    _ = try await bench.payin("order-2")
    #expect(try await bench.deliver() == 0)
    // It can be asked for again, and is not changed otherwise.
    await #expect(throws: WebhookService.Refusal.self) {
      _ = try await bench.service.update(
        "w1", of: "shop",
        update {
          $0.isEnabled = true; $0.rotatesSecret = true
        })
    }
    _ = try await bench.service.update("w1", of: "shop", update { $0.isEnabled = true })
    let reread = WebhookEndpoints(configured: [WebhookBench.endpoint("w1")])
    try await reread.load(from: bench.store)
    #expect(bench.committer.endpoints.gone.isEmpty && reread.gone.isEmpty)
    await #expect(throws: WebhookService.Refusal.self) {
      _ = try await bench.service.update("w1", of: "shop", update { $0.isEnabled = true })
    }
  }

  @Test("a 410 undoes nothing that the merchant changed during the call")
  func goneElsewhere() async throws {
    let bench = WebhookBench([])
    let own = try await bench.made()
    let moving = update { $0.url = "https://shop.example/elsewhere" }
    bench.caller.answers { [bench] _ in
      _ = try? await bench.service.update(own.id, of: "shop", moving)
      return .status(410)
    }
    _ = try await bench.payin("order-1")
    try await bench.deliver()
    let moved = try await bench.service.endpoint(own.id, of: "shop")
    #expect(moved.disabled == nil && moved.url == "https://shop.example/elsewhere")

    let rotating = update { $0.rotatesSecret = true }
    bench.caller.answers { [bench] _ in
      _ = try? await bench.service.update(own.id, of: "shop", rotating)
      return .status(410)
    }
    _ = try await bench.payin("order-2")
    try await bench.deliver()
    let rotated = try await bench.service.endpoint(own.id, of: "shop")
    #expect(rotated.disabled == "gone" && rotated.secret != own.secret)
  }

  @Test("messages for an endpoint that is switched off or deleted end visibly")
  func withdrawn() async throws {
    let bench = WebhookBench([])
    let off = try await bench.made()
    let deleted = try await bench.made()
    let payin = try await bench.payin("order-1")
    _ = try await bench.service.update(off.id, of: "shop", update { $0.isEnabled = false })
    try await bench.service.remove(deleted.id, of: "shop")
    #expect(try await bench.deliver() == 2)
    #expect(bench.caller.taken().isEmpty)
    #expect(
      Set(try await bench.tries(payin).compactMap(\.failure))
        == ["endpoint_disabled", "endpoint_deleted"])
    #expect(try await bench.states(payin, at: off.id) == ["failed"])
  }

  @Test("an event that is on its way is not sent twice for being asked for, and its try is kept")
  func askedMeanwhile() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    let event = try #require(try await bench.published(payin).first)
    let job = try #require(try await bench.lease().first)
    _ = try await bench.service.redeliver(event.id, to: nil, of: "shop")
    try await bench.runner.perform(job, under: try #require(job.lease))
    #expect(try await bench.deliver() == 0)
    #expect(bench.caller.taken().count == 1)
    #expect(try await bench.states(payin) == ["delivered"])
  }

  @Test("an event is sent again long after its time, and tried more than once")
  func again() async throws {
    let bench = WebhookBench()
    let payin = try await bench.payin("order-1")
    try await bench.deliver()
    let event = try #require(try await bench.published(payin).first)
    bench.clock.advance(seconds: 30 * 86_400)
    #expect(try await bench.service.redeliver(event.id, to: nil, of: "shop") == ["w1"])
    bench.caller.answers(500)
    try await bench.deliver()
    #expect(try await bench.states(payin) == ["waiting"])
    bench.caller.answers(200)
    #expect(try await bench.next(payin))
    let sent = bench.caller.taken()
    #expect(sent.count == 3 && Set(sent.map(\.body)).count == 1)
    #expect(Set(sent.map { $0.header("webhook-id") }) == [event.id.text])
    #expect(try await bench.states(payin) == ["delivered"])
  }
}
