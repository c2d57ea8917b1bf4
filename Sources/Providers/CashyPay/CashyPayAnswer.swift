import JSONText
import Payins

/// The envelope of every answer (S002, README 2.5): `{msg, code, data}`, unsigned.
struct CashyPayAnswer {
  let code: String
  /// The reason, mostly a code word such as `Sign_verify_error`.
  let message: String?
  /// An object, or null.
  let data: JSON

  init?(_ body: [UInt8]) {
    guard let json = JSON(wire: body), let code = json["code"]?.wireText?.safeWord else {
      return nil
    }
    self.code = code
    message = json["msg"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    data = json["data"] ?? .null
  }

  var isSuccess: Bool { code == "200" }

  /// As people see it.
  func word(_ payer: Payer) -> String { message.map { ShownWords.of($0, payer) } ?? code }

  func detail(_ payer: Payer) -> String {
    message == nil ? "code \(code)" : "code \(code), \(word(payer))"
  }
}
