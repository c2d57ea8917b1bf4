import Crypto
import HTTPServing

/// What an API key may do.
public enum Scope: String, Sendable, CaseIterable {
  case payinsRead = "payins:read"
  case payinsWrite = "payins:write"
  case storePaymentsWrite = "store_payments:write"
  case admin
}

/// An API key of the configuration; the key itself is known to its bearer only.
public struct APIKey: Equatable, Sendable {
  public var id: String
  public var merchant: String
  /// Of the whole key, prefix included: 32 bytes.
  public var sha256: [UInt8]
  public var scopes: Set<Scope>

  public init(id: String, merchant: String, sha256: [UInt8], scopes: Set<Scope>) {
    self.id = id
    self.merchant = merchant
    self.sha256 = sha256
    self.scopes = scopes
  }
}

/// Who calls.
struct Principal: Sendable {
  var merchant: String
  var key: String
  var scopes: Set<Scope>

  /// Tells keys of different merchants apart.
  var name: String { "\(merchant)/\(key)" }
}

/// Tells who calls from `Authorization: Bearer KEY`, and whether they call too often.
public struct KeyRing: Sendable {
  private var keys: [[UInt8]: APIKey]
  let limits: RateLimits

  public init(_ keys: [APIKey], limits: RateLimits = RateLimits()) {
    self.limits = limits
    self.keys = Dictionary(keys.map { ($0.sha256, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The same keys without what operators may do.
  var withoutOperators: KeyRing {
    var ring = self
    ring.keys = keys.mapValues { key in
      var key = key
      key.scopes.remove(.admin)
      return key
    }
    return ring
  }

  /// - Parameter tokens: what the call takes of its key's rate; 0 only looks.
  func caller(
    of request: Request, needing scope: Scope, tokens: Int64 = 1
  ) throws(Problem) -> (caller: Principal, standing: RateStanding?) {
    guard let key = key(of: request) else {
      throw limits.failure(of: request) ?? .unauthorized
    }
    let caller = Principal(merchant: key.merchant, key: key.id, scopes: key.scopes)
    let standing = try limits.call(by: caller.name, of: request, tokens: tokens)
    guard key.scopes.contains(scope) else {
      throw Problem(
        .forbidden, code: "forbidden", detail: "this key lacks the scope \(scope.rawValue)")
    }
    return (caller, standing)
  }

  private func key(of request: Request) -> APIKey? {
    let fields = request.headers.values(of: "Authorization")
    guard fields.count == 1, let field = fields.first?.utf8,
      field.prefix(7).isSameIgnoringCase(as: "bearer ")
    else { return nil }
    let presented = Digest.sha256(Array(field.dropFirst(7)))
    // The table is keyed by the digest, which tells a guesser nothing about a key; the whole
    // digest is compared once more in constant time.
    guard let key = keys[presented], ConstantTime.equal(key.sha256, presented) else { return nil }
    return key
  }
}

extension Problem {
  static let unauthorized = Problem(
    .unauthorized, code: "unauthorized",
    detail: "a valid API key is needed: Authorization: Bearer KEY")
}
