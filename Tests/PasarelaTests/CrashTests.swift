import Foundation
import Glibc
import JSONText
import Synchronization
import TestSupport
import Testing

/// The real executable under load, killed at random instants and started again: what merchants were
/// told, what the gateway has and what the provider has must agree. `make crash-test` kills it
/// PASARELA_CRASHES times.
@Suite("the crash campaign")
struct CrashTests {
  /// What one merchant's program knows of one pay-in.
  struct Told: Sendable {
    var reference: String
    var body: [UInt8]
    var json: JSON { (try? JSON(parsing: body)) ?? .null }
    var id: String { json["id"]?.string ?? "none" }
  }

  final class Ledger: Sendable {
    private let state = Mutex<(told: [Told], isOver: Bool)>(([], false))

    var isOver: Bool { state.withLock { $0.isOver } }
    var told: [Told] { state.withLock { $0.told } }
    func finish() { state.withLock { $0.isOver = true } }
    func add(_ told: Told) { state.withLock { $0.told.append(told) } }
  }

  /// Makes pay-ins one after another; each is repeated with its key until it is answered for good.
  private func buy(_ client: Client, _ number: Int, _ ledger: Ledger) async {
    var count = 0
    while !ledger.isOver {
      count += 1
      let reference = "c\(number)-\(count)"
      while true {
        let answer = try? await client.post(
          "/v1/payins", ServeTests.payin(reference, method: "store"), idempotencyKey: reference)
        if let answer, answer.status == 201 {
          ledger.add(Told(reference: reference, body: answer.body))
          break
        }
        // In doubt, it takes a minute to be sure that the provider has no such order.
        if answer?.status == 202 { break }
        try? await Task.sleep(for: .milliseconds(30))
      }
    }
  }

  /// A till that asks for one payment after another; each is repeated until it is answered.
  private func charge(_ client: Client, _ ledger: Ledger) async {
    var count = 0
    while !ledger.isOver {
      count += 1
      while true {
        let answer = try? await client.post(
          "/v1/store_payments", CounterPaymentTests.payment("\(count)"), idempotencyKey: "t\(count)"
        )
        if let answer, answer.status == 201 {
          ledger.add(Told(reference: "\(count)", body: answer.body))
          break
        }
        try? await Task.sleep(for: .milliseconds(30))
      }
    }
  }

  /// What the till was told, what we have and what Paynet has: no payment is authorized for one and
  /// not for the other.
  private func compare(tills: [Told], with installation: Installation) async throws {
    let isSettled = try await eventually {
      let open = try await installation.client.get("/v1/store_payments?status=in_doubt").json
      return open["data"] == []
    }
    #expect(isSettled == true)
    var authorized: Set<String> = []
    for entry in try await installation.sandboxClient.get("/_sandbox/books").json["paynet"]?.array
      ?? []
    where entry["authorization"]?.isNull == false && entry["reversed"] == false {
      authorized.insert(entry["chain_transaction_id"]?.string ?? "")
    }
    for told in tills {
      let now = try await installation.client.get("/v1/store_payments/\(told.id)").json
      let isTaken = told.json["status"] == "authorized"
      #expect(isTaken == authorized.contains(told.reference), "\(told.reference)")
      #expect(isTaken == (now["status"] == "authorized"), "\(told.reference)")
    }
  }

  @Test("nothing is lost, doubled or changed by kill -9")
  func campaign() async throws {
    let crashes = Int(ProcessInfo.processInfo.environment["PASARELA_CRASHES"] ?? "") ?? 4
    let installation = try await Installation()
    let client = installation.client
    let ledger = Ledger()
    let tills = Ledger()
    var gateway = try await installation.serve()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 { group.addTask { await buy(client, number, ledger) } }
      group.addTask { await charge(client, tills) }
      for _ in 0..<crashes {
        // At least one merchant is answered between two deaths, however slow the machine.
        let count = ledger.told.count
        _ = try await eventually { ledger.told.count > count }
        try await Task.sleep(for: .milliseconds(Int.random(in: 50...700)))
        gateway.signal(SIGKILL)
        #expect(await gateway.ended().status == 128 + SIGKILL)
        gateway = try await installation.serve()
      }
      try await Task.sleep(for: .milliseconds(300))
      ledger.finish()
      tills.finish()
      try await group.waitForAll()
    }
    let told = ledger.told
    #expect(told.count > crashes)
    let orders = try await orders(installation)
    for each in told {
      let now = try await client.get("/v1/payins/\(each.id)").json
      #expect(now["instructions"] == each.json["instructions"], "\(each.reference)")
      let again = try await client.post(
        "/v1/payins", ServeTests.payin(each.reference, method: "store"),
        idempotencyKey: each.reference)
      #expect(again.body == each.body, "\(each.reference)")
      #expect(orders.values.contains(each.json["provider_order_id"]?.string ?? ""))
    }
    try await compare(orders, with: installation)
    #expect(!tills.told.isEmpty)
    try await compare(tills: tills.told, with: installation)
    try await pay(Array(told.prefix(20)), installation)
    _ = await installation.stop(gateway)
    try await installation.end()
  }

  /// The provider's orders: our number and its id.
  private func orders(_ installation: Installation) async throws -> [String: String] {
    var out: [String: String] = [:]
    let list = try await installation.sandboxClient.get("/_sandbox/orders?limit=100000").json
    for order in list["orders"]?.array ?? [] {
      let number = order["number"]?.string ?? "none"
      #expect(out.updateValue(order["id"]?.string ?? "", forKey: number) == nil, "\(number)")
    }
    return out
  }

  /// Every order of the provider is an attempt of ours, and no pay-in has two that are shown.
  private func compare(
    _ orders: [String: String], with installation: Installation
  ) async throws {
    var numbers: Set<String> = []
    var cursor = ""
    repeat {
      let page = try await installation.client.get("/v1/payins?limit=100\(cursor)").json
      for payin in page["data"]?.array ?? [] {
        let id = payin["id"]?.string ?? ""
        let events = try await installation.client.get("/v1/payins/\(id)/events").json["data"]
        for event in events?.array ?? [] {
          if let number = event["data"]?["order_number"]?.string { numbers.insert(number) }
        }
        #expect(events?.array?.count { $0["type"] == "payin.pending" } ?? 0 <= 1, "\(id)")
        #expect(payin["amount_received"] == 0)
      }
      cursor = page["next_cursor"]?.string.map { "&cursor=\($0)" } ?? ""
    } while !cursor.isEmpty
    #expect(Set(orders.keys).isSubset(of: numbers))
  }

  private func pay(_ told: [Told], _ installation: Installation) async throws {
    for each in told {
      let order = each.json["provider_order_id"]?.string ?? ""
      #expect(
        try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay").status == 200)
    }
    for each in told {
      let paid = try await eventualValue {
        let payin = try await installation.client.get("/v1/payins/\(each.id)").json
        return payin["status"] == "succeeded" ? Optional(payin) : .none
      }
      #expect(paid?["amount_received"] == 15_000)
      #expect(paid?["receipts"]?.array?.count == 1)
    }
  }
}
