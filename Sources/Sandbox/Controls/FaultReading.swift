internal import JSONText

/// Reading `{kind, provider?, operation?, count?, after_seconds?, for_seconds?}` and what the kind
/// needs.
extension Fault {
  /// Ten years of the sandbox's clock.
  private static let seconds: ClosedRange<Int64> = 1...315_360_000

  init(_ form: inout FormReader, at now: Instant) throws(FormFault) {
    guard let kind: Kind = try form.optionalWord("kind") else { throw form.missing("kind") }
    let name =
      Self.isAny("provider", &form)
      ? nil : try form.optionalWord("provider", of: SandboxRegistry.names)
    let provider = name.flatMap { SandboxRegistry.named(ProviderName(rawValue: $0)) }
    let operation: Operation? =
      Self.isAny("operation", &form)
      ? nil : try form.optionalWord("operation")
    if let operation, !kind.fits(operation) {
      throw form.malformed("operation", "\(operation.rawValue) cannot have \(kind.rawValue)")
    }
    let count = try form.optionalInteger("count", 1...1_000_000)
    let from = now.adding(seconds: try form.optionalInteger("after_seconds", Self.seconds) ?? 0)
    let length = try form.optionalInteger("for_seconds", Self.seconds)
    let detail = try Detail(of: kind, at: provider, &form)
    self.init(
      provider: provider?.name, operation: operation, kind: kind, detail: detail,
      left: count.map(Int.init), from: from, until: length.map { from.adding(seconds: $0) })
  }

  /// Absent and `any` are the same.
  private static func isAny(_ key: String, _ form: inout FormReader) -> Bool {
    form.field(key)?.string == "any"
  }
}

extension Fault.Detail {
  /// Reads what the kind needs.
  fileprivate init(
    of kind: Fault.Kind, at provider: (any SimulatedProvider.Type)?, _ form: inout FormReader
  ) throws(FormFault) {
    let owners = SandboxRegistry.all.filter { $0.ownFaults.contains { $0.0 == kind } }
    if let provider, !owners.isEmpty, !owners.contains(where: { $0.name == provider.name }) {
      let names = owners.map { $0.name.rawValue }.joined(separator: ", ")
      throw form.malformed("provider", "must be \(names), or any")
    }
    switch kind {
    case .slow: self = .milliseconds(try form.integer("milliseconds", 1...600_000))
    case .webhookDelayed: self = .seconds(try form.integer("seconds", 1...86_400))
    case .refused:
      guard let provider else { throw form.missing("provider") }
      guard let words = try RefusalWords(&form, provider.guide.refusal) else {
        throw form.missing("word")
      }
      self = .words(words)
    case .unauthorized:
      guard let provider, let words = try RefusalWords(&form, provider.guide.refusal) else {
        self = .none
        return
      }
      self = .words(words)
    case .oddDates:
      guard let dates: Spelling.Dates = try form.optionalWord("form") else {
        throw form.missing("form")
      }
      let digits = dates == .fraction ? try form.optionalInteger("digits", 1...9) : nil
      self = .dates(dates, digits: Int(digits ?? 3))
    case .floatNoise: self = .noise(try form.optionalWord("form") ?? .below)
    case .otherAmount: self = .amount(try form.integer("amount", 1...99_999_999_999))
    case .timeoutBefore, .timeoutAfter, .resetBefore, .resetAfter, .error500, .error500After,
      .systemError, .garbage, .garbageAfter, .notFound, .filterIgnored, .latin1, .byteOrderMark,
      .gzip, .badSignature, .webhookLost, .webhookDoubled:
      self = .none
    }
  }
}
