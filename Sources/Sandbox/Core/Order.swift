/// What names an order for certain: providers do not share their ids.
struct OrderKey: Hashable, Sendable {
  let provider: ProviderName
  /// The provider's id.
  let id: String
}

/// An order at a provider: what those of all providers have in common.
struct Order: Sendable {
  enum Status: String, CaseIterable, Sendable {
    case open, paid, failed, expired, cancelled
    /// Money that was there and went back.
    case refunded
    case chargedBack = "charged_back"
  }

  /// What the payer was told to pay to.
  enum Instrument: Sendable {
    /// Shown at a store's till.
    case reference(String)
    /// A bank account of the order's own; the concept is only for people.
    case clabe(String, concept: String?)
    /// A bank account of many orders: the concept tells them apart.
    case sharedCLABE(String, concept: String)

    /// BBVA's account of Openpay, which takes transfers for many merchants: the agreement and a
    /// 20-digit concept tell them apart (Providers/Openpay/README 3.4). CashyPay's centralised mode
    /// names the same agreement (Providers/CashyPay/README 2.5).
    static let shared = (bank: "BBVA Bancomer", agreement: "1411217", clabe: "012914002014112176")
  }

  let key: OrderKey
  /// The merchant's own order number; Openpay makes charges without one, too.
  let number: String?
  /// Centavos.
  let amount: Int64
  let instrument: Instrument
  let createdAt: Instant
  /// Nil for an order that waits for ever.
  let expiresAt: Instant?
  var status = Status.open
  /// Its provider's queries say that there is no such order.
  var isHidden = false
  /// When the status last changed.
  var changedAt: Instant
  var payments: [Payment] = []
  /// All that it can be found by.
  var addresses: [String]
  /// What only its own provider knows of it.
  var detail: any Sendable

  init(
    _ key: OrderKey, number: String?, amount: Int64, instrument: Instrument, createdAt: Instant,
    expiresAt: Instant?, detail: any Sendable
  ) {
    self.key = key
    self.number = number
    self.amount = amount
    self.instrument = instrument
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    changedAt = createdAt
    let own =
      switch instrument {
      case .reference(let reference): reference
      case .clabe(let clabe, _): clabe
      case .sharedCLABE(_, let concept): concept
      }
    addresses = [key.id, own] + (number.map { [$0] } ?? [])
    self.detail = detail
  }

  mutating func become(_ status: Status, at now: Instant) {
    self.status = status
    changedAt = now
  }

  func becoming(_ status: Status, at now: Instant) -> Order {
    var order = self
    order.become(status, at: now)
    return order
  }
}

/// Money that reached an order.
struct Payment: Sendable {
  /// The sandbox's own name for it.
  let id: String
  /// Centavos.
  let amount: Int64
  let at: Instant
  /// Of SPEI; nil for cash.
  let trackingKey: String?
  /// The id under which the provider's API or webhooks show this money; nil where they do not.
  let shownAs: String?
  /// Taken back at the till.
  var isReversed = false
}

/// Money on its way to an order.
struct Transfer: Sendable {
  /// Centavos.
  let amount: Int64
  let trackingKey: String?
}

/// Why money did not reach its order: the till or the bank refused it.
struct TransferRefusal: Error, Sendable {
  let reason: String
}
