internal import HTTPServing

/// Which provider a request is for and what it asks. All providers stand at the root of one port;
/// their paths differ.
struct ProviderCall: Sendable {
  let provider: Provider
  let operation: Operation
  /// The path's segments behind what leads to the provider: for Openpay and Paynet, from the
  /// merchant's or chain's id on.
  let segments: [String]

  /// Nil where no provider has such a path.
  init?(_ request: Request) {
    let path = request.path.utf8
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
      .map { String(Substring($0)) }
    let isPost = request.method == .post
    switch path.first {
    case "api" where path.count == 2 && (path[1] == "payIn" || path[1] == "payInQuery"):
      self.init(.cashypay, path[1] == "payIn" ? .create : .query, path)
    case "v2.0":
      switch path.dropFirst().joined(separator: "/") {
      case "transaction/pay-in": self.init(.smilepayz, .create, path)
      case "inquiry-status": self.init(.smilepayz, .query, path)
      case "inquiry-balance": self.init(.smilepayz, .other, path)
      default: return nil
      }
    case "v1" where path.count == 3 && (path[2] == "payment" || path[2] == "reverse"):
      let operation: Operation = path[2] == "payment" ? .create : .reverse
      self.init(.paynet, isPost ? operation : .other, Array(path.dropFirst()))
    case "v1" where path.count >= 2:
      let rest = Array(path.dropFirst())
      let resource = rest.count > 3 && rest[1] == "customers" ? rest.dropFirst(2) : rest[...]
      let isCharge = resource.dropFirst().first == "charges"
      let isOther = !isCharge || resource.count > (isPost ? 2 : 3)
      self.init(.openpay, isOther ? .other : isPost ? .create : .query, rest)
    case "barcode" where path.count == 2:
      self.init(.openpay, .other, path)
    default: return nil
    }
  }

  private init(_ provider: Provider, _ operation: Operation, _ segments: [String]) {
    self.provider = provider
    self.operation = operation
    self.segments = segments
  }
}
