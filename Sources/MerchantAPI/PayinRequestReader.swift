import JSONText
public import Payins

/// Reads and validates the body of `POST /v1/payins`; every fault is named by its pointer.
struct PayinRequestReader {
  /// Centavos: a thousand million pesos.
  static let amounts: ClosedRange<Int64> = 1...100_000_000_000
  /// Seconds: a minute to half a year.
  static let expiries: ClosedRange<Int64> = 60...15_552_000

  private var reader: ObjectReader
  private let now: Instant

  private init(_ object: JSONObject, now: Instant) {
    reader = ObjectReader(object)
    self.now = now
  }

  static func read(
    _ object: JSONObject, now: Instant
  ) throws(InvalidBody) -> PayinRequest {
    var reader = PayinRequestReader(object, now: now)
    let request = reader.request()
    let problems = reader.reader.finish()
    guard let request, problems.isEmpty else { throw InvalidBody(problems: problems) }
    return request
  }

  private mutating func request() -> PayinRequest? {
    let reference = reader.string("merchant_reference")
    if let reference { checkReference(reference) }
    let amount = reader.int64("amount")
    if let amount, !Self.amounts.contains(amount) {
      reader.report(
        "amount",
        "must be \(Self.amounts.lowerBound) to \(Self.amounts.upperBound) centavos")
    }
    let currency = choice(
      "currency", reader.string("currency"), Currency.init(rawValue:),
      Currency.allCases.map(\.rawValue))
    let method = choice(
      "method", reader.optionalString("method"), Method.init(rawValue:),
      Method.allCases.map(\.rawValue))
    // Providers print it on one line.
    let description = text(
      "description", reader.string("description").map(Self.onOneLine), 1...250)
    let payer = payer()
    let (expiresIn, expiresAt) = expiry()
    let returnURL = reader.optionalString("return_url")
    if let returnURL { checkURL("return_url", returnURL) }
    let metadata = metadata()
    guard let reference, let amount, let currency, let description else { return nil }
    return PayinRequest(
      merchantReference: reference, amount: amount, currency: currency, method: method,
      description: description, payer: payer, expiresIn: expiresIn, expiresAt: expiresAt,
      returnURL: returnURL, metadata: metadata)
  }

  private mutating func checkReference(_ text: String) {
    let allowed = text.utf8.allSatisfy { $0.isAlphanumeric || "._-".utf8.contains($0) }
    if !allowed || !(1...64).contains(text.utf8.count) {
      reader.report("merchant_reference", "must be 1 to 64 of A-Z a-z 0-9 . _ -")
    } else if CardNumbers.isWhole(text) {
      reader.report("merchant_reference", Self.cardDetail)
    }
  }

  /// Also of identifiers, which may be so by chance.
  static let cardDetail = """
    looks like a card number, which is never accepted here; an identifier that only looks so is \
    taken with a letter in it
    """

  private mutating func choice<Value>(
    _ key: String, _ text: String?, _ read: (String) -> Value?, _ values: [String]
  ) -> Value? {
    guard let text else { return nil }
    if let value = read(text) { return value }
    reader.report(key, "must be \(values.joined(separator: " or "))")
    return nil
  }

  private mutating func text(
    _ key: String, _ value: String?, _ lengths: ClosedRange<Int>
  ) -> String? {
    guard let value else { return nil }
    if let fault = Self.textFault(value, lengths) { reader.report(key, fault) }
    return value
  }

  /// Line breaks and tabs as blanks.
  private static func onOneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isLayout) else { return text }
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { out.append(isLayout(scalar) ? " " : scalar) }
    return String(out)
  }

  private static func isLayout(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\t"
  }

  /// - Parameter takesLayout: whether it may have line breaks and tabs.
  private static func fault(
    _ value: String, _ lengths: ClosedRange<Int>, takesLayout: Bool = false
  ) -> String? {
    if !lengths.contains(value.unicodeScalars.count) {
      return "must be \(lengths.lowerBound) to \(lengths.upperBound) characters"
    }
    let isControl = value.unicodeScalars.contains { scalar in
      (scalar.value < 32 || (127...159).contains(scalar.value))
        && !(takesLayout && isLayout(scalar))
    }
    if isControl {
      return "must not contain control characters"
    }
    return nil
  }

  private static func textFault(_ value: String, _ lengths: ClosedRange<Int>) -> String? {
    fault(value, lengths) ?? (CardNumbers.occur(in: value) ? cardDetail : nil)
  }

  private mutating func payer() -> Payer {
    reader.optionalObject("payer") { fields in
      let name = fields.optionalString("name")
      if let name, let fault = Self.textFault(name, 1...100) { fields.report("name", fault) }
      let email = fields.optionalString("email")
      if let email, !Self.isEmail(email) {
        fields.report("email", "must be an e-mail address of at most 254 characters")
      } else if let email, CardNumbers.occur(in: email) {
        fields.report("email", Self.cardDetail)
      }
      let phone = fields.optionalString("phone")
      if let phone, !Self.isPhone(phone) {
        fields.report("phone", "must be 8 to 15 digits with an optional + in front")
      } else if let phone, CardNumbers.isWhole(phone) {
        fields.report("phone", Self.cardDetail)
      }
      return Payer(name: name, email: email, phone: phone)
    } ?? Payer()
  }

  private static func isEmail(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].count), text.utf8.count <= 254,
      text.utf8.allSatisfy({ $0 > 32 && $0 != 127 && !",;".utf8.contains($0) })
    else { return false }
    let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
  }

  private static func isPhone(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst(text.utf8.first == UInt8(ascii: "+") ? 1 : 0)
    return (8...15).contains(digits.count) && digits.allSatisfy { (48...57).contains($0) }
  }

  /// The whole seconds until the payer's time is over, and the time itself where it is named.
  private mutating func expiry() -> (seconds: Int64?, at: Instant?) {
    let relative = reader.optionalInt64("expires_in")
    let absolute = reader.optionalString("expires_at")
    if relative != nil, absolute != nil {
      reader.report("expires_at", "give expires_in or expires_at, not both")
      return (nil, nil)
    }
    let range = "\(Self.expiries.lowerBound) to \(Self.expiries.upperBound) seconds from now"
    if let relative, !Self.expiries.contains(relative) {
      reader.report("expires_in", "must be \(range)")
    }
    guard let absolute else { return (relative, nil) }
    guard let instant = Instant(rfc3339: absolute) else {
      reader.report("expires_at", "must be an RFC 3339 time with offset")
      return (nil, nil)
    }
    let seconds = instant.milliseconds(since: now) / 1000
    if !Self.expiries.contains(seconds) { reader.report("expires_at", "must be \(range)") }
    return (seconds, instant)
  }

  /// Visible ASCII characters that no URL holds unencoded (RFC 3986).
  private static let neverInURLs = Set("\"<>\\^`{|}".utf8)

  private mutating func checkURL(_ key: String, _ text: String) {
    let hasScheme = ["https://", "http://"].contains { text.utf8.starts(with: $0.utf8) }
    let isPlain = text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !Self.neverInURLs.contains($0) }
    let host = Self.host(of: text)
    let hasUser = host.contains(UInt8(ascii: "@"))
    if !hasScheme || !isPlain || host.isEmpty || hasUser || text.utf8.count > 256 {
      reader.report(key, "must be an http or https URL of at most 256 ASCII characters")
    } else if CardNumbers.occur(inURL: text) {
      reader.report(key, Self.cardDetail)
    }
  }

  /// What stands between a URL's scheme and its path, query or fragment.
  static func host(of url: String) -> Substring.UTF8View {
    url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst(3).prefix { !"/?#".utf8.contains($0) }
  }

  private mutating func metadata() -> [Metadatum] {
    guard let object = reader.optionalObject("metadata") else { return [] }
    if object.count > 20 { reader.report("metadata", "may have at most 20 members") }
    var fields = ObjectReader(object, pointer: reader.pointer(to: "metadata"))
    var out: [Metadatum] = []
    for (key, value) in object.members {
      _ = fields.any(key)
      if let fault = Self.fault(key, 1...40) {
        fields.report(key, "the key \(fault)")
      } else if CardNumbers.occur(inValue: key) {
        fields.report(key, "the key \(Self.cardDetail)")
      } else if let text = value.string {
        if let fault = Self.fault(text, 0...500, takesLayout: true) {
          fields.report(key, fault)
        } else if CardNumbers.occur(inValue: text) {
          fields.report(key, Self.cardDetail)
        }
        out.append(Metadatum(key: key, value: text))
      } else {
        fields.report(key, "expected a string, found \(value.kind)")
      }
    }
    reader.report(fields.finish())
    return out
  }
}

struct InvalidBody: Error {
  var problems: [JSONProblem]
}

/// Reads the body of `POST /v1/payins` from elsewhere than a request.
public enum PayinFile {
  /// - Throws: the faults, each with its place.
  public static func read(
    _ bytes: [UInt8], path: String, now: Instant
  ) throws -> PayinRequest {
    let json: JSON
    do { json = try JSON(parsing: bytes) } catch {
      throw Fault(description: "\(path):\(error.line):\(error.column): \(error.message)")
    }
    guard let object = json.object else {
      throw Fault(description: "\(path): a pay-in must be a JSON object")
    }
    do {
      return try PayinRequestReader.read(object, now: now)
    } catch {
      let lines = error.problems.map { "\(path): \($0.pointer): \($0.detail)" }
      throw Fault(description: lines.joined(separator: "\n"))
    }
  }

  public struct Fault: Error, CustomStringConvertible {
    public let description: String
  }
}
