import HTTPCalling
import HTTPServing
import JSONText

@testable import Sandbox

/// The providers' side: the sandbox's own books, driven by the simulation's clock.
final class SimulatedProviders: @unchecked Sendable {  // the simulation runs on one thread
  /// Money that reached an order and that its provider shows.
  struct Shown {
    var orderID: String
    /// Ours.
    var number: String
    var account: String
    /// Centavos.
    var amounts: [Int64]
    /// Of payments that the provider has taken back.
    var takenBack: [Int64]
  }

  /// A webhook under way.
  struct Message {
    var id: Int
    var account: String
    var headers: [HTTPHeader]
    var forgedHeaders: [HTTPHeader]
    var body: [UInt8]

    /// CashyPay's, with another body under a signature that is right.
    func changed(_ change: (inout JSONObject) -> Void) -> Message {
      guard var json = (try? JSON(parsing: body))?.object else { return self }
      change(&json)
      var out = self
      out.body = JSON.object(json).bytes
      out.headers = headers.map { header in
        header.isNamed("Sign") ? HTTPHeader("Sign", CashyPaySignature.make(out.body)) : header
      }
      return out
    }
  }

  private var simulation: Simulation
  private let clock: @Sendable () -> Int64

  init(seed: UInt64, clock: @escaping @Sendable () -> Int64) {
    simulation = Simulation(seed: seed, capacity: 100_000)
    self.clock = clock
    for provider in SandboxRegistry.all {
      let url = "https://gateway.example/callbacks/\(provider.accountID)"
      provider.register(callbacks: url, &simulation.state)
    }
  }

  private var now: Instant { Instant(milliseconds: clock()) }

  /// Those that pay-ins may go to.
  static let accountIDs = SandboxAccount.all.filter(\.hasOrders)
    .flatMap { $0.provider == "cashypay" ? [$0.id, "cashypay-two"] : [$0.id] }
  /// Of CashyPay's second account; the first one's merchant has it, too.
  static let secondURL = "https://two.example"

  /// `provider_accounts` of a gateway that uses them.
  static func accounts() -> [JSON] {
    let response = SandboxAccount.entries(
      Request(.get, path: "/_sandbox/accounts", headers: ["Host": "providers.example"]),
      SandboxState(seed: 0, capacity: 0))
    return (try? JSON(parsing: response.body))?["provider_accounts"]?.array ?? []
  }

  // MARK: Calls

  /// What a provider answers; nil where no provider has such a path.
  func answer(_ request: HTTPRequest) -> HTTPResponse? {
    let target = "/" + request.url.split(separator: "/", maxSplits: 2).dropFirst(2).joined()
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers = Headers()
    headers.append("Host", "providers.example")
    for header in request.headers { headers.append(header.name, header.value) }
    guard let query = parts.count > 1 ? try? Query(parts[1]) : Query() else { return nil }
    let served = Request(
      HTTPMethod(rawValue: request.method), path: String(parts[0]), query: query,
      headers: headers, body: request.body)
    guard let call = SandboxRegistry.call(served),
      case .answer(let response) = simulation.reply(to: call, at: now)
    else { return nil }
    return HTTPResponse(
      status: response.status.code,
      headers: response.headers.fields.map { HTTPHeader($0.name, $0.value) }, body: response.body)
  }

  // MARK: Money

  /// Pays what a payer was shown: a CLABE or a store reference. False where it is refused.
  func pay(_ instrument: String, amount: Int64?, key: String) -> Bool {
    simulation.settle(at: now)
    guard let order = simulation.state.ledger.orders(named: instrument).last else { return false }
    let transfer = Transfer(amount: amount ?? order.amount, trackingKey: key)
    return (try? simulation.pay(order, transfer)) != nil
  }

  /// Takes the money of a paid order back. False where there is none.
  func returnMoney(_ instrument: String, as status: String) -> Bool {
    simulation.settle(at: now)
    guard let order = simulation.state.ledger.orders(named: instrument).last, order.status == .paid,
      let status = Order.Status(rawValue: status)
    else { return false }
    simulation.returnMoney(of: order, as: status)
    return true
  }

  /// Ends an open order. False where there is none.
  func cancel(_ number: String) -> Bool {
    simulation.settle(at: now)
    guard let order = simulation.state.ledger.orders(named: number).last, order.status == .open
    else {
      return false
    }
    simulation.end(order, as: .cancelled)
    return true
  }

  var shown: [Shown] {
    simulation.state.ledger.oldestFirst.map { order in
      var amounts = order.payments.filter { $0.shownAs != nil && !$0.isReversed }.map(\.amount)
      var takenBack = order.payments.filter(\.isReversed).map(\.amount)
      if order.key.provider == .smilepayz {
        // The form of `subOrderList` is not published, so it raises an alert and is not counted.
        amounts = order.status == .paid ? [order.amount] : []
        if order.status == .paid { takenBack = [] }
      }
      return Shown(
        orderID: order.key.id, number: order.number ?? "",
        account: SandboxRegistry.named(order.key.provider)?.accountID ?? "", amounts: amounts,
        takenBack: takenBack)
    }
  }

  /// How a payment at the counter stands at Paynet, by its chain transaction id: whether it is
  /// authorized and not taken back.
  func isAuthorized(transaction: String) -> Bool {
    let name = PaynetForm.Name(group: "5", chain: "1", transactionID: transaction)
    guard let entry = simulation.state.paynet.payments[name] else { return false }
    return entry.authorization != nil && entry.reversal == nil
  }

  // MARK: Webhooks

  var nextDue: Int64? { simulation.nextDue?.milliseconds }

  func takeDue() -> [Message] {
    simulation.settle(at: now)
    return simulation.state.outbox.takeDue(at: now, limit: 100).map { delivery in
      Message(
        id: delivery.id,
        account: delivery.message.url.split(separator: "/").last.map(String.init) ?? "",
        headers: delivery.message.headers, forgedHeaders: delivery.message.forgedHeaders,
        body: delivery.message.body)
    }
  }

  func told(_ message: Message, _ outcome: CallOutcome) {
    simulation.state.outbox.record(message.id, outcome, at: now)
  }
}
