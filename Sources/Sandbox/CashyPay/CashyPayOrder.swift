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

/// An order or a PATCH order as queries and webhooks show it.
struct CashyPayRecord {
  /// One peso whatever the amount: an invented tariff.
  static let fee: Int64 = 100

  let orderNo: String
  let mchOrderNo: String
  /// Centavos.
  let amount: Int64
  let status: String
  let completedAt: Instant?
  let channelOrderNo: String?
  let type: String
  let payType: CashyPayType
  let patchOrderNo: String
  let patchMchOrderNo: String
  let payCode: String
  let pageURL: String

  /// The order itself.
  init(
    _ order: Order, _ detail: CashyPayOrder, expired: SandboxSettings.CashyPayExpired
  ) {
    orderNo = order.key.id
    mchOrderNo = order.number ?? ""
    amount = order.amount
    status =
      switch order.status {
      case .open: "PAYING"
      case .paid: "SUCCESS"
      case .failed: "FAIL"
      case .expired: expired.rawValue
      case .cancelled: "CANCEL"
      case .refunded: "REFUND"
      case .chargedBack: "CHARGEBACK"
      }
    completedAt = order.status == .paid ? order.changedAt : nil
    channelOrderNo = detail.channelOrderNo
    type = "API"
    payType = detail.type
    patchOrderNo = orderNo
    patchMchOrderNo = mchOrderNo
    payCode = order.payCode
    pageURL = detail.pageURL
  }

  /// Money beside the order.
  init(_ patch: CashyPayOrder.Patch, of order: Order, _ detail: CashyPayOrder) {
    orderNo = patch.orderNo
    mchOrderNo = patch.mchOrderNo
    amount = patch.amount
    status = "SUCCESS"
    completedAt = patch.completedAt
    channelOrderNo = patch.channelOrderNo
    type = "PATCH"
    payType = detail.type
    patchOrderNo = order.key.id
    patchMchOrderNo = order.number ?? ""
    payCode = order.payCode
    pageURL = detail.pageURL
  }

  /// `data` of a query (S002 "Query Payin Order").
  var queryData: JSON {
    [
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "mchOrderNo": .string(mchOrderNo), "orderNo": .string(orderNo),
      "channelOrderNo": JSON(channelOrderNo), "payType": .string(String(payType.rawValue)),
      "payCode": .string(payCode), "payUrl": .string(pageURL), "payDeskUrl": .string(pageURL),
      "amount": Self.decimal(amount), "patchOrderNo": .string(patchOrderNo),
      "patchMchOrderNo": .string(patchMchOrderNo), "orderType": .string(type),
      "fee": paidFee, "orderStatus": .string(status), "completionTime": completionTime,
    ]
  }

  /// The body of a webhook (S002 "Async Webhook Notification").
  func webhookBody(nonce: String) -> JSON {
    [
      "orderStatus": .string(status), "amount": Self.decimal(amount), "fee": paidFee,
      "mchOrderNo": .string(mchOrderNo),
      "merchantId": .string(SandboxCredentials.cashypayMerchant),
      "payDeskUrl": .string(pageURL), "orderNo": .string(orderNo), "payUrl": .string(pageURL),
      "patchOrderNo": .string(patchOrderNo), "patchMchOrderNo": .string(patchMchOrderNo),
      "orderType": .string(type), "completionTime": completionTime, "nonceStr": .string(nonce),
    ]
  }

  private var paidFee: JSON { completedAt == nil ? .null : Self.decimal(Self.fee) }

  private var completionTime: JSON { JSON(completedAt?.mexicoWallClock) }

  /// As Java prints a double: `152.0`, `99.5`.
  static func decimal(_ centavos: Int64) -> JSON {
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

extension Order.Instrument {
  /// Of the shared account; nil for an instrument of the order's own.
  var concept: String? {
    if case .sharedCLABE(_, let concept) = self { concept } else { nil }
  }
}
