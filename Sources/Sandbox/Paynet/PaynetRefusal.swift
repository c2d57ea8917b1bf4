/// Why Paynet declines (S000 "Response codes").
struct PaynetRefusal: Error, Sendable {
  let code: Int
  let description: String

  static let invalidTransaction = PaynetRefusal(code: 12, description: "Transacción inválida.")
  static let badReference = PaynetRefusal(code: 30, description: "Error de formato.")
  static let badAmount = PaynetRefusal(code: 88, description: "Monto inválido.")
  static let unknownReference = PaynetRefusal(code: 93, description: "Adquiriente inválido.")
  static let systemError = PaynetRefusal(code: 96, description: "Error de sistema.")

  private init(code: Int, description: String) {
    self.code = code
    self.description = description
  }

  init(_ words: RefusalWords) {
    self.init(code: words.number, description: words.message ?? "La operación fue rechazada.")
  }

  /// A malformed reference is 30 and a malformed amount 88; the rest has no code of its own.
  init(_ fault: FormFault) {
    self =
      switch fault.field {
      case "reference": .badReference
      case "amount": .badAmount
      default: .invalidTransaction
      }
  }
}
