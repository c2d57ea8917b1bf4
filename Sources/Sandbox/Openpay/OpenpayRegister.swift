/// What Openpay keeps beside charges.
struct OpenpayRegister: Sendable {
  /// More than that, and the oldest are forgotten.
  private static let capacity = 20_000

  /// Oldest first.
  private(set) var customerIDs: [String] = []
  private var customers: [String: OpenpayCustomer] = [:]
  /// Oldest first.
  var webhooks: [OpenpayWebhook] = []
  /// Centavos: of all completed charges.
  var balance: Int64 = 0

  /// Setting nil removes.
  subscript(customer id: String) -> OpenpayCustomer? {
    get { customers[id] }
    set {
      switch (customers[id], newValue) {
      case (nil, _?): customerIDs.append(id)
      case (_?, nil): customerIDs.removeAll { $0 == id }
      default: break
      }
      customers[id] = newValue
      if customerIDs.count > Self.capacity { customers[customerIDs.removeFirst()] = nil }
    }
  }

  var newestCustomers: some Sequence<OpenpayCustomer> {
    customerIDs.reversed().lazy.compactMap { customers[$0] }
  }
}

/// A merchant's address for events (S001 "Objeto Webhook").
struct OpenpayWebhook: Sendable {
  let id: String
  let url: String
  let user: String?
  let password: String?
  let events: [String]
  let verificationCode: String
  var isVerified: Bool
}
