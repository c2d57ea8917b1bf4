import JSONText

/// The envelope of every answer (S002, dossier 2.5): `{msg, code, data}`, unsigned.
struct CashyPayAnswer {
  let code: String
  /// A code word such as `Sign_verify_error`; nil where it is anything else.
  let word: String?
  /// An object, or null.
  let data: JSON

  init?(_ body: [UInt8]) {
    guard let json = try? JSON(parsing: body), let code = json["code"]?.wireText?.safeWord else {
      return nil
    }
    self.code = code
    word = json["msg"]?.string?.safeWord
    data = json["data"] ?? .null
  }

  var isSuccess: Bool { code == "200" }
  var detail: String { "code \(code)\(word.map { ", \($0)" } ?? "")" }
}
