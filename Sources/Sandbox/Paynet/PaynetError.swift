/// Why Paynet declines (S000 "Response codes").
struct PaynetError: Error, Sendable {
  let code: Int
  let description: String

  static let invalidTransaction = PaynetError(code: 12, description: "Transacción inválida.")
  static let badReference = PaynetError(code: 30, description: "Error de formato.")
  static let badAmount = PaynetError(code: 88, description: "Monto inválido.")
  static let unknownReference = PaynetError(code: 93, description: "Adquiriente inválido.")
  static let systemError = PaynetError(code: 96, description: "Error de sistema.")

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
