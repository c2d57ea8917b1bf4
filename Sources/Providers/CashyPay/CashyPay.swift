import Crypto
import HTTPCalling
public import JSONText
public import Payins

/// CashyPay, Mexico: SPEI transfers to a CLABE of the order's own, and store codes where the
/// operator knows their number (README).
public struct CashyPay: Queryable, ReceivesCallbacks {
  public static let name = "cashypay"

  /// docs.cashypro.com appendices and showdoc IdCashyEnglish (README 2.8).
  public static let statuses: [String: ReportedStatus] = [
    "PAYING": .pending,
    "PROCESSING": .pending,
    "SUCCESS": .paid,
    "FAIL": .failed,
    "CANCEL": .cancelled,
  ]

  /// What an operator hears of money that came as a PATCH order (README 2.7). It is recorded in
  /// any case.
  enum PatchPolicy: String, CaseIterable {
    case review
    case creditSum = "credit_sum"
  }

  private enum SignCase: String, CaseIterable {
    case lower, upper
  }

  private enum CLABECheck: String, CaseIterable {
    case warn, reject
  }

  public let capabilities: [Payins.Method: Capability]
  let baseURL: String
  let merchant: String
  let apiKey: Secret
  let payTypes: [Payins.Method: Int64]
  let signCase: Hex.LetterCase
  /// Minutes east of UTC on which `completionTime` stands.
  let zoneOffset: Int
  let patchPolicy: PatchPolicy
  let takesAnyCLABE: Bool
  let words: ProviderWords

  public init?(account: AccountIdentity, settings: inout ObjectReader) {
    let merchant = settings.identifier("merchant_id")
    let key = settings.secret("api_key")
    let payTypes = Self.payTypes(&settings)
    let signCase = settings.choice("sign_case", default: SignCase.lower)
    let zone = Self.zoneOffset(&settings)
    let patches = settings.choice("patch_policy", default: PatchPolicy.review)
    // The sandbox hands out a CLABE that fails its check digit (README 2.5).
    let check = settings.choice(
      "clabe_check", default: account.isSandbox ? CLABECheck.warn : .reject)
    let amounts = Self.amounts(&settings)
    words = ProviderWords(&settings, published: Self.published, success: ["200"])
    guard let merchant, let key, let payTypes, let signCase, let zone, let patches, let check,
      let amounts
    else { return nil }
    baseURL = account.baseURL
    self.merchant = merchant
    apiKey = key
    self.payTypes = payTypes
    self.signCase = signCase == .lower ? .lower : .upper
    zoneOffset = zone
    patchPolicy = patches
    takesAnyCLABE = check == .warn
    capabilities = Dictionary(
      uniqueKeysWithValues: payTypes.keys.map { ($0, Self.capability($0, amounts)) })
  }

  private static func capability(
    _ method: Payins.Method, _ amounts: ClosedRange<Int64>
  ) -> Capability {
    Capability(
      amounts: amounts, granularity: 100, requiredPayerFields: [.name, .email, .phone],
      // S002: 32 characters each; a longer name is shortened.
      payerFieldBytes: [.email: 32, .phone: 32], callbackURLBytes: 250,
      expirySeconds: 60...days180, instrumentSeconds: days180,
      // A CLABE that is used in its last 60 days lives 180 more (S002; README 2.5).
      renewalSeconds: method == .spei ? days180 / 3 : nil,
      // As PATCH orders, which are asked for one by one.
      showsRepeatedPayments: true)
  }

  /// docs.cashypro.com appendices, "all countries", list cut off there (README 2.8).
  private static let published: [String: WordMeaning] = [
    "RequestMethod_not_post": .permanent, "RequestContentType_not_json": .permanent,
    "RequestBody_is_null": .permanent, "Params_jsonFormat_error": .permanent,
    "System_error": .trouble, "System_busy": .trouble, "System_Maintenance": .trouble,
    // 401: no access.
    "401": .unauthorized,
  ]

  /// What an envelope that is no success says; nil where nobody has classed it.
  func meaning(of answer: CashyPayAnswer) -> WordMeaning? {
    if let meaning = words.meaning(answer.message, answer.code) { return meaning }
    guard let word = answer.message else { return nil }
    func begins(_ start: String) -> Bool { word.utf8.starts(with: start.utf8) }
    if begins("Sign_") || begins("MerchantId_") || begins("Request_ip_") { return .unauthorized }
    // The word for an order number that is taken is not published.
    if begins("Params_mchOrderNo") { return .duplicate }
    if begins("Params_") { return .permanent }
    return PlainWords.meaning(of: word)
  }

  /// 69 is SPEI; the number of stores is not published (README 2.8).
  private static func payTypes(_ settings: inout ObjectReader) -> [Payins.Method: Int64]? {
    let faults = settings.problems.count
    let given = settings.optionalObject("pay_types")
    guard settings.problems.count == faults else { return nil }
    guard let given else { return [.spei: 69] }
    var inner = ObjectReader(given, pointer: settings.pointer(to: "pay_types"))
    var types: [Payins.Method: Int64] = [:]
    for method in Payins.Method.allCases {
      types[method] = inner.optionalInt64(method.rawValue)
    }
    let problems = inner.finish()
    settings.report(problems)
    if types.isEmpty, problems.isEmpty {
      settings.report("pay_types", "must name at least one method")
    }
    return types.isEmpty || !problems.isEmpty ? nil : types
  }

  /// `-06:00`, `UTC`, or Mexico City, which has kept that offset since 2022 (README 2.10).
  private static func zoneOffset(_ settings: inout ObjectReader) -> Int? {
    if settings.any("tz")?.isNull ?? true { return Instant.mexicoCityOffset }
    guard let zone = settings.text("tz") else { return nil }
    if zone == "America/Mexico_City" { return Instant.mexicoCityOffset }
    if zone == "UTC" { return 0 }
    guard zone.utf8.count == 6, let noon = Instant(rfc3339: "1970-01-01T12:00:00\(zone)") else {
      settings.report("tz", "expected \"America/Mexico_City\", \"UTC\" or an offset like -06:00")
      return nil
    }
    return Int(43_200 - noon.seconds) / 60
  }

  /// 40 to 15,000 pesos (S002), in centavos, unless the account's agreement differs: then
  /// `amount_min` and `amount_max` replace them, not only narrow them (README 2.4). Their form is
  /// checked where all accounts' are.
  private static func amounts(_ settings: inout ObjectReader) -> ClosedRange<Int64>? {
    let least = settings.any("amount_min")?.int64 ?? 4_000
    let most = settings.any("amount_max")?.int64 ?? 1_500_000
    guard 1 <= least, least <= most else {
      settings.report("amount_max", "the amounts of this account would be \(least) to \(most)")
      return nil
    }
    return least...most
  }

  /// MD5 over the body as sent and the API key, in hexadecimal (README 2.3).
  func sign(_ body: [UInt8]) -> String {
    Hex.encode(Digest.md5(body + Array(apiKey.reveal().utf8)), signCase)
  }

  func request(_ path: String, _ body: JSON) -> HTTPRequest {
    let bytes = body.bytes
    return HTTPRequest(
      method: "POST", url: baseURL + path,
      headers: [
        HTTPHeader("Content-Type", "application/json"), HTTPHeader("MerchantId", merchant),
        HTTPHeader("Sign", sign(bytes)),
      ],
      body: bytes)
  }

  /// 32 characters that differ wherever a call differs from another (S002 `nonceStr`).
  static func nonce(_ parts: String...) -> String {
    String(Hex.encode(Digest.sha256(Array(parts.joined(separator: "|").utf8))).prefix(32))
  }
}

/// The life of a CLABE from its creation, in seconds (S002; README 2.5).
private let days180: Int64 = 180 * 86_400
