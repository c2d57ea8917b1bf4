internal import HTTPServing

/// What a request's `Content-Type` says.
enum MediaType {
  static func isJSON(_ request: Request) -> Bool {
    let type = request.headers["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? ""
    return type.filter { !$0.isWhitespace } == "application/json"
  }
}
