/// What a provider says where it refuses, in its own terms.
struct RefusalWords: Sendable {
  /// Which of them a provider has.
  struct Form: Sendable {
    /// The field that tells refusals apart, such as `error_code`.
    let field: String
    /// Whether that field holds a number.
    var isNumeric = false
    /// What the provider says beside it, and what that may be.
    var status: (name: String, values: ClosedRange<Int64>)?
    /// Whether there is a text for people, too.
    var hasMessage = true
  }

  /// The form's field.
  let word: String
  /// Openpay's HTTP status, or the `code` beside CashyPay's `msg`.
  let status: Int64?
  /// For people.
  let message: String?

  /// Nil where there is no word.
  init?(_ reader: inout FormReader, _ form: Form) throws(FormFault) {
    guard
      let word = try reader.optionalText(
        "word", form.isNumeric ? 1...5 : 1...200,
        where: { !form.isNumeric || TextForms.isDigits($0) })
    else { return nil }
    self.word = word
    status =
      if let status = form.status {
        try reader.optionalInteger("status", status.values)
      } else { nil }
    message = form.hasMessage ? try reader.optionalText("message", 1...250) : nil
  }

  /// Of a word that is a number.
  var number: Int { Int(word) ?? 0 }
}
