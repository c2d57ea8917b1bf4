internal import HTTPServing

/// What a request's `Content-Type` says.
enum MediaType {
  static func isJSON(_ request: Request) -> Bool {
    Array((request.headers["Content-Type"] ?? "").utf8).prefix { $0 != UInt8(ascii: ";") }.trimmed
      .isSameIgnoringCase(as: "application/json")
  }
}
