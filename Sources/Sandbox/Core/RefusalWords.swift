/// What a provider says where it refuses, in its own terms.
struct RefusalWords: Sendable {
  /// CashyPay's `msg`, SmilePayz's `code`, Openpay's `error_code`, Paynet's `responseCode`.
  let word: String
  /// Openpay's HTTP status, or the `code` beside CashyPay's `msg`.
  let status: Int64?
  /// For people; CashyPay has none.
  let message: String?

  /// Nil where there is no word.
  init?(_ form: inout FormReader, at provider: Provider) throws(FormFault) {
    let statuses: ClosedRange<Int64>? =
      switch provider {
      case .openpay: 400...499
      case .cashypay: 201...999
      case .smilepayz, .paynet: nil
      }
    let isNumber = provider == .openpay || provider == .paynet
    guard
      let word = try form.optionalText(
        "word", isNumber ? 1...5 : 1...200,
        where: { !isNumber || TextForms.isDigits($0) })
    else { return nil }
    self.word = word
    status =
      if let statuses { try form.optionalInteger("status", statuses) } else { nil }
    message = provider == .cashypay ? nil : try form.optionalText("message", 1...250)
  }

  /// Of a word that is a number.
  var number: Int { Int(word) ?? 0 }
}
