internal import JSONText

/// What CashyPay knows of an order beside the common facts (S002, Providers/CashyPay/README
/// 2.5–2.7).
struct CashyPayOrder: Sendable {
  /// An order of its own for money that came beside its order.
  struct Patch: Sendable {
    let orderNo: String
    let mchOrderNo: String
    /// Centavos.
    let amount: Int64
    let completedAt: Instant
    let channelOrderNo: String
  }

  /// A CLABE lives 180 days, and again as long when it is used in its last 60 (S002).
  private static let clabeSeconds: Int64 = 180 * 86_400
  private static let renewalSeconds: Int64 = 60 * 86_400

  let type: CashyPayType
  let notifyURL: String
  let pageURL: String
  /// Of the shared account; nil for a CLABE of the order's own.
  let concept: String?
  var clabeExpiresAt: Instant
  /// SPEI's, once it is paid.
  var channelOrderNo: String?
  var patches: [Patch] = []

  init(
    type: CashyPayType, notifyURL: String, pageURL: String, concept: String?, createdAt: Instant
  ) {
    self.type = type
    self.notifyURL = notifyURL
    self.pageURL = pageURL
    self.concept = concept
    clabeExpiresAt = createdAt.adding(seconds: Self.clabeSeconds)
  }

  mutating func renewCLABE(at now: Instant) {
    if clabeExpiresAt < now.adding(seconds: Self.renewalSeconds) {
      clabeExpiresAt = now.adding(seconds: Self.clabeSeconds)
    }
  }
}

/// An order, or a PATCH order within it, as queries and webhooks show it.
struct CashyPayRecord {
  /// One peso whatever the amount: an invented tariff.
  static let fee: Int64 = 100

  let order: Order
  let detail: CashyPayOrder
  let patch: CashyPayOrder.Patch?
  let expired: CashyPayState.Expired

  /// Nil for an order that is not CashyPay's.
  init?(_ order: Order, _ sandbox: SandboxState, _ patch: CashyPayOrder.Patch? = nil) {
    guard let detail = order.detail as? CashyPayOrder else { return nil }
    self.order = order
    self.detail = detail
    self.patch = patch
    expired = sandbox.cashypay.expired
  }

  var type: String { patch == nil ? "API" : "PATCH" }
  var status: String { patch == nil ? Self.word(order.status, expired: expired) : "SUCCESS" }
  var orderNo: String { patch?.orderNo ?? order.key.id }
  var mchOrderNo: String { patch?.mchOrderNo ?? order.number ?? "" }

  private var amount: JSON { Self.decimal(patch?.amount ?? order.amount) }
  private var completedAt: Instant? {
    patch?.completedAt ?? (order.status == .paid ? order.changedAt : nil)
  }

  /// `data` of a query (S002 "Query Payin Order").
  var queryData: JSON {
    [
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "mchOrderNo": .string(mchOrderNo), "orderNo": .string(orderNo),
      "channelOrderNo": JSON(patch?.channelOrderNo ?? detail.channelOrderNo),
      "payType": .string(String(detail.type.rawValue)), "payCode": .string(order.payCode),
      "payUrl": .string(detail.pageURL), "payDeskUrl": .string(detail.pageURL),
      "amount": amount, "patchOrderNo": .string(order.key.id),
      "patchMchOrderNo": .string(order.number ?? ""), "orderType": .string(type),
      "fee": paidFee, "orderStatus": .string(status), "completionTime": completionTime,
    ]
  }

  /// The body of a webhook (S002 "Async Webhook Notification").
  func webhookBody(nonce: String) -> JSON {
    [
      "orderStatus": .string(status), "amount": amount, "fee": paidFee,
      "mchOrderNo": .string(mchOrderNo),
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "payDeskUrl": .string(detail.pageURL), "orderNo": .string(orderNo),
      "payUrl": .string(detail.pageURL), "patchOrderNo": .string(order.key.id),
      "patchMchOrderNo": .string(order.number ?? ""), "orderType": .string(type),
      "completionTime": completionTime, "nonceStr": .string(nonce),
    ]
  }

  private var paidFee: JSON { completedAt == nil ? .null : Self.decimal(Self.fee) }
  private var completionTime: JSON { JSON(completedAt?.mexicoWallClock) }

  static func word(_ status: Order.Status, expired: CashyPayState.Expired) -> String {
    switch status {
    case .open: "PAYING"
    case .paid: "SUCCESS"
    case .failed: "FAIL"
    case .expired: expired.rawValue
    case .cancelled: "CANCEL"
    case .refunded: "REFUND"
    case .chargedBack: "CHARGEBACK"
    }
  }

  /// An amount in the form of another: an answer to a creation has whole pesos as text.
  static func amount(_ centavos: Int64, like written: JSON) -> JSON {
    written.string == nil
      ? decimal(centavos) : .string(DecimalText.text(centavos / 100, places: 0))
  }

  /// As Java prints a double: `152.0`, `99.5`.
  private static func decimal(_ centavos: Int64) -> JSON {
    let hasOneDecimal = centavos.isMultiple(of: 10)
    return .number(
      .decimal(hasOneDecimal ? centavos / 10 : centavos, places: hasOneDecimal ? 1 : 2))
  }
}

extension Order {
  var payCode: String {
    switch instrument {
    case .clabe(let clabe, _), .sharedCLABE(let clabe, _): clabe
    case .reference(let reference): reference
    }
  }
}

/// What an order is paid by, under CashyPay's numbers.
enum CashyPayType: Int64, CaseIterable, Sendable {
  /// S002: a transfer to a CLABE.
  case spei = 69
  /// A code for OXXO's tills. The providers' pages name the code but not its number, which comes
  /// with a merchant's contract (Providers/CashyPay/README 2.8): this one is the sandbox's own.
  case store = 70
}

extension Order.Instrument {
  /// Of the shared account; nil for an instrument of the order's own.
  var concept: String? {
    if case .sharedCLABE(_, let concept) = self { concept } else { nil }
  }
}
