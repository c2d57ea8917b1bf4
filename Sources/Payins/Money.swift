/// The currencies that the gateway takes. Amounts are `Int64` in the minor unit: centavos.
public enum Currency: String, Sendable, CaseIterable {
  case mxn = "MXN"
}

/// How the payer pays.
public enum Method: String, Sendable, CaseIterable {
  /// Cash at a convenience store, by a reference and its barcode.
  case store
  /// A SPEI bank transfer to a CLABE.
  case spei

  /// How long the payer has when the merchant does not say, in seconds.
  public var defaultExpirySeconds: Int64 {
    switch self {
    case .store: 72 * 3600
    case .spei: 24 * 3600
    }
  }
}

/// An account and one of its methods, written `account/method` in rules.
public struct Target: Hashable, Sendable, CustomStringConvertible {
  public let account: String
  public let method: Method

  public init(account: String, method: Method) {
    self.account = account
    self.method = method
  }

  public init?(_ text: String) {
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")),
      let method = Method(rawValue: String(text[text.utf8.index(after: slash)...])),
      slash > text.startIndex
    else { return nil }
    self.init(account: String(text[..<slash]), method: method)
  }

  public var description: String { "\(account)/\(method.rawValue)" }
}
