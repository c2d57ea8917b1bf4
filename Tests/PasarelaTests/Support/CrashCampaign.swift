import Foundation
import JSONText
import Synchronization
import TestSupport
import Testing

/// Merchants and tills at work over one store while disasters happen to what serves them, and the
/// comparison afterwards: what they were told, what the gateways have and what the provider has
/// must agree.
struct CrashCampaign {
  private static let asked = ProcessInfo.processInfo.environment["PASARELA_CRASHES"].flatMap {
    Int($0)
  }

  static var isLong: Bool { asked != nil }

  /// How many disasters there are.
  static func disasters(short: Int) -> Int { asked ?? short }

  /// For a campaign that hangs.
  static var timeLimit: TimeLimitTrait.Duration { .minutes(isLong ? 60 : 5) }

  let installation: Installation
  /// One for each gateway. Whoever is not answered by one goes on to the next.
  let clients: [Client]
  /// Of a merchant between two pay-ins.
  var pause = Duration.zero
  let ledger = CrashLedger()

  // MARK: Load

  /// Has merchants and tills work while the body goes on; each ends with an answer.
  func load(_ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 { group.addTask { await buy(number) } }
      for number in 0..<4 { group.addTask { await charge(number) } }
      defer { ledger.finish() }
      try await body()
      ledger.finish()
      try await group.waitForAll()
    }
  }

  /// Returns once another merchant has been answered, however slow the machine.
  func serves() async throws {
    let count = ledger.payins.count
    #expect(try await eventually { ledger.payins.count > count })
  }

  /// Makes pay-ins one after another; each is repeated with its key until it is answered for good.
  private func buy(_ number: Int) async {
    var place = number
    var count = 0
    while !ledger.isOver {
      try? await Task.sleep(for: pause)
      count += 1
      let reference = "c\(number)-\(count)"
      while !Task.isCancelled {
        let answer = try? await clients[place % clients.count].post(
          "/v1/payins", ServeTests.payin(reference, method: "store"), idempotencyKey: reference)
        ledger.note(answer)
        if let answer, answer.status == 201 {
          ledger.add(payin: CrashLedger.Told(reference: reference, body: answer.body))
          break
        }
        if let answer, answer.status == 202 {
          // In doubt, it takes a minute to be sure that the provider has no such order.
          ledger.add(doubtful: CrashLedger.Told(reference: reference, body: answer.body))
          break
        }
        guard isPassing(answer) else { return }
        place += 1
        try? await Task.sleep(for: .milliseconds(30))
      }
    }
  }

  /// A till that asks for one payment after another; each is repeated until it is answered. What
  /// a gateway that died was asked is answered at the end of its leases.
  private func charge(_ number: Int) async {
    var place = number
    var count = 0
    while !ledger.isOver {
      try? await Task.sleep(for: pause)
      count += 1
      let reference = "\((number + 1) * 1_000_000 + count)"
      let start = ContinuousClock.now
      while !Task.isCancelled {
        let answer = try? await clients[place % clients.count].post(
          "/v1/store_payments", CounterPaymentTests.payment(reference), idempotencyKey: reference)
        if let answer, answer.status == 201 {
          ledger.add(
            till: CrashLedger.Told(reference: reference, body: answer.body), after: .now - start)
          break
        }
        guard isPassing(answer) else { return }
        place += 1
        try? await Task.sleep(for: .milliseconds(30))
      }
    }
  }

  /// Whether it is worth repeating the call, here or elsewhere.
  private func isPassing(_ answer: Client.Answer?) -> Bool {
    guard let answer, answer.status < 500, ![409, 429].contains(answer.status) else { return true }
    Issue.record("\(answer.status) \(String(decoding: answer.body, as: UTF8.self))")
    return false
  }

  // MARK: Books

  /// Once everything has healed, all books agree.
  func compare() async throws {
    let orders = try await orders()
    let ids = Set(orders.values)
    try await severally(ledger.payins) { each in
      let now = try await clients[0].get("/v1/payins/\(each.id)").json
      #expect(now["instructions"] == each.json["instructions"], "\(each.reference)")
      #expect(ids.contains(each.json["provider_order_id"]?.string ?? ""))
      for client in clients {
        let again = try await repeated(each, client)
        #expect(again.status == 201 && again.body == each.body, "\(each.reference)")
      }
    }
    try await severally(ledger.doubtful) { each in
      for client in clients {
        let again = try await repeated(each, client)
        #expect(again.json["id"]?.string == each.id, "\(each.reference)")
      }
    }
    try await compare(orders)
    #expect(!ledger.tills.isEmpty)
    try await compareTills()
    try await pay(Array(ledger.payins.prefix(20)))
  }

  /// Looks at each, at some at a time.
  private func severally(
    _ all: [CrashLedger.Told], _ look: @escaping @Sendable (CrashLedger.Told) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for start in 0..<4 {
        group.addTask {
          for place in stride(from: start, to: all.count, by: 4) { try await look(all[place]) }
        }
      }
      try await group.waitForAll()
    }
  }

  private func repeated(_ told: CrashLedger.Told, _ client: Client) async throws -> Client.Answer {
    try await client.post(
      "/v1/payins", ServeTests.payin(told.reference, method: "store"),
      idempotencyKey: told.reference)
  }

  /// The provider's orders: our number and its id.
  private func orders() async throws -> [String: String] {
    var out: [String: String] = [:]
    let list = try await installation.sandboxClient.get("/_sandbox/orders?limit=100000").json
    for order in list["orders"]?.array ?? [] {
      let number = order["number"]?.string ?? "none"
      #expect(out.updateValue(order["id"]?.string ?? "", forKey: number) == nil, "\(number)")
    }
    return out
  }

  /// Every order of the provider is an attempt of ours, and no pay-in has two that are shown.
  private func compare(_ orders: [String: String]) async throws {
    var numbers: Set<String> = []
    var cursor = ""
    repeat {
      let page = try await clients[0].get("/v1/payins?limit=100\(cursor)").json
      for payin in page["data"]?.array ?? [] {
        let id = payin["id"]?.string ?? ""
        let events = try await clients[0].get("/v1/payins/\(id)/events").json["data"]
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

  /// What the till was told, what we have and what Paynet has: no payment is authorized for one and
  /// not for the other.
  private func compareTills() async throws {
    // Those of a gateway that died are taken up at the end of its leases.
    while try await clients[0].get("/v1/store_payments?status=in_doubt").json["data"] != [] {
      try await Task.sleep(for: .milliseconds(100))
    }
    var authorized: Set<String> = []
    for entry in try await installation.sandboxClient.get("/_sandbox/books").json["paynet"]?.array
      ?? []
    where entry["authorization"]?.isNull == false && entry["reversed"] == false {
      authorized.insert(entry["chain_transaction_id"]?.string ?? "")
    }
    for told in ledger.tills {
      let now = try await clients[0].get("/v1/store_payments/\(told.id)").json
      let isTaken = told.json["status"] == "authorized"
      #expect(isTaken == authorized.contains(told.reference), "\(told.reference)")
      #expect(isTaken == (now["status"] == "authorized"), "\(told.reference)")
    }
  }

  private func pay(_ told: [CrashLedger.Told]) async throws {
    for each in told {
      let order = each.json["provider_order_id"]?.string ?? ""
      #expect(
        try await installation.sandboxClient.post("/_sandbox/orders/\(order)/pay").status == 200)
    }
    for each in told {
      let paid = try await eventualValue {
        let payin = try await clients[0].get("/v1/payins/\(each.id)").json
        return payin["status"] == "succeeded" ? Optional(payin) : .none
      }
      #expect(paid?["amount_received"] == 15_000)
      #expect(paid?["receipts"]?.array?.count == 1)
    }
  }
}
