import JSONText

/// The error object (S001 "Códigos de error"; README 3.7).
struct OpenpayError {
  static let badRequest = "1001"
  static let notFound = "1005"

  let code: String
  private let request: String?

  init?(_ body: [UInt8]) {
    guard let json = JSON(wire: body), let code = json["error_code"]?.wireText?.safeWord
    else { return nil }
    self.code = code
    request = json["request_id"]?.string?.safeWord
  }

  var detail: String { "code \(code)\(request.map { ", request \($0)" } ?? "")" }

  /// S001 "Códigos de error", and the further codes of README 3.7, but for 1001. Codes of
  /// cards, transfers and stored accounts say "not done" as well.
  static let published: [String: WordMeaning] = {
    var classes: [String: WordMeaning] = [
      "1000": .trouble, "1004": .trouble, "1015": .trouble, "1017": .trouble, "1018": .ambiguous,
      "1006": .duplicate, "1002": .unauthorized, "1008": .unauthorized, "1010": .unauthorized,
      "1014": .unauthorized,
    ]
    let declined =
      [1003, 1005, 1007, 1009, 1011, 1012, 1013, 1016, 1020, 4001, 4002] + Array(2001...2011)
      + Array(3001...3012) + Array(3201...3205)
    for code in declined { classes[String(code)] = .permanent }
    return classes
  }()
}
