internal import HTTPServing
internal import JSONText

extension Request {
  /// What stands between the path's slashes.
  var segments: [String] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
      .map { String(Substring($0)) }
  }

  /// Whether its `Content-Type` says JSON.
  var isJSON: Bool {
    Array((headers["Content-Type"] ?? "").utf8).prefix { $0 != UInt8(ascii: ";") }.trimmed
      .isSameIgnoringCase(as: "application/json")
  }

  /// Nil for a body that is no JSON object.
  var form: FormReader? { (try? JSON(parsing: body))?.object.map { FormReader($0) } }

  /// The sandbox as its caller reaches it.
  var baseURL: String { "http://\(headers["Host"] ?? "localhost")" }

  /// Where a provider shows a payer how to pay. The sandbox shows the order itself.
  func orderPage(_ id: String) -> String { "\(baseURL)/_sandbox/orders/\(id)" }
}

extension Response {
  static func json(_ body: JSON) -> Response { .json(.ok, body.bytes) }
}
