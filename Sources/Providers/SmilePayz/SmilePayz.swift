import Crypto
import HTTPCalling
public import JSONText
public import Payins

/// SmilePayz v2.0, Mexico: SPEI transfers (README).
public struct SmilePayz: Queryable, ReceivesCallbacks {
  public static let name = "smilepayz"

  /// docs-test.smilepayz.com "transactionStatus" and S003 (README 1.10).
  public static let statuses: [String: ReportedStatus] = [
    "INIT": .pending,
    "PROCESSING": .pending,
    "SUCCESS": .paid,
    "FAILED": .failed,
    "EXPIRED": .expired,
    "CANCELLED": .cancelled,
  ]

  /// Whether an amount counts centavos or pesos: its pages say both (README 1.6).
  private enum AmountUnit: String, CaseIterable {
    case minor, major
  }

  /// What callbacks are signed over (README 1.12, 1.14).
  enum CallbackString: String, CaseIterable {
    case tradeNoAndTime = "trade_no_ts"
    case timeAndBody = "ts_body"
  }

  public let capabilities: [Payins.Method: Capability]
  let account: AccountIdentity
  let merchant: String
  let merchantSecret: Secret
  let privateKey: RSAPrivateKey
  let platformKey: RSAPublicKey
  /// Decimals from the amount's unit down to the centavo.
  let amountDecimals: Int
  let area: Int64?
  let callbackString: CallbackString
  /// None but "00" is published (README 1.11).
  let words: ProviderWords

  public init?(account: AccountIdentity, settings: inout ObjectReader) {
    let merchant = settings.identifier("merchant_id")
    let secret = settings.secret("merchant_secret")
    let privateKey = settings.privateKey("private_key")
    let platformKey = settings.publicKey("platform_public_key")
    let unit = settings.choice("amount_unit") as AmountUnit?
    let prefix = merchant.flatMap { Self.orderNumberPrefix($0, &settings) }
    let area = settings.optionalInt64("area")
    let string = settings.choice("callback_string", default: CallbackString.tradeNoAndTime)
    words = ProviderWords(&settings, success: ["00"])
    guard let merchant, let secret, let privateKey, let platformKey, let unit, let prefix,
      let string
    else { return nil }
    self.account = account
    self.merchant = merchant
    merchantSecret = secret
    self.privateKey = privateKey
    self.platformKey = platformKey
    self.area = area
    callbackString = string
    amountDecimals = unit == .minor ? 0 : 2
    let factor: Int64 = unit == .minor ? 1 : 100
    capabilities = [
      .spei: Capability(
        // 100 to 999999999 of the unit, at most a day (S003).
        amounts: 100 * factor...999_999_999 * factor, granularity: factor,
        callbackURLBytes: 256, expirySeconds: 60...86_400, orderNumberPrefix: prefix,
        // How long its CLABE lives is not published; those of the same bank live 180 days
        // (Providers/CashyPay/README 2.5).
        instrumentSeconds: 180 * 86_400, showsRepeatedPayments: true)
    ]
  }

  /// Production numbers start with the merchant id, sandbox ones with S and its digits, by one of
  /// two pages; a prefix satisfies both (README 1.5).
  private static func orderNumberPrefix(
    _ merchant: String, _ settings: inout ObjectReader
  ) -> String? {
    let isGiven = !(settings.any("order_no_prefix")?.isNull ?? true)
    guard let word = isGiven ? settings.text("order_no_prefix") : "auto" else { return nil }
    let sandbox = "sandbox-"
    let prefix =
      switch word {
      case "none": ""
      case "auto" where merchant.utf8.starts(with: sandbox.utf8):
        "S\(Substring(merchant.utf8.dropFirst(sandbox.utf8.count)))"
      case "auto": merchant
      default: word
      }
    let isFit =
      prefix.utf8.count <= 16
      && prefix.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) }
    guard isFit else {
      settings.report(
        "order_no_prefix",
        "must give at most 16 letters and digits; set \"none\" or the prefix itself")
      return nil
    }
    return prefix
  }

  /// What an answer whose code is not "00" says; nil where nobody has classed it.
  func meaning(of answer: SmilePayzAnswer) -> WordMeaning? {
    words.meaning(answer.code, answer.message)
      ?? answer.message.flatMap { PlainWords.meaning(of: $0) }
  }

  /// SHA256withRSA over time, merchant secret and the body as sent (README 1.3).
  func request(_ path: String, _ body: JSON, at now: Instant) -> HTTPRequest {
    let bytes = body.bytes
    // S003's zone (README 1.13).
    let time = now.text(offsetMinutes: Instant.mexicoCityOffset)
    let signed = Array("\(time)|\(merchantSecret.reveal())|".utf8) + bytes
    return HTTPRequest(
      method: "POST", url: account.baseURL + path,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-TIMESTAMP", time),
        HTTPHeader("X-PARTNER-ID", merchant),
        HTTPHeader("X-SIGNATURE", Base64.encode(privateKey.sign(signed))),
      ],
      body: bytes)
  }
}
