internal import JSONText

/// Something that a provider is to do wrong.
struct Fault: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    /// Does nothing and never answers.
    case timeoutBefore = "timeout_before"
    /// Does the work and never answers.
    case timeoutAfter = "timeout_after"
    /// Does nothing and resets the connection.
    case resetBefore = "reset_before"
    case resetAfter = "reset_after"
    /// Does nothing and answers HTTP 500.
    case error500 = "error_500"
    case error500After = "error_500_after"
    /// Does nothing and answers as the provider says that it is in trouble.
    case systemError = "system_error"
    /// Answers late by some milliseconds.
    case slow
    /// Does nothing and answers HTTP 200 with what is no JSON.
    case garbage
    case garbageAfter = "garbage_after"
    /// A query finds nothing, though the order is there: providers index late.
    case notFound = "not_found"
    /// The first try of a webhook carries a wrong signature or password.
    case badSignature = "bad_signature"
    case webhookLost = "webhook_lost"
    case webhookDoubled = "webhook_doubled"
    /// The first try comes late by some seconds.
    case webhookDelayed = "webhook_delayed"

    var isOfWebhooks: Bool {
      [.badSignature, .webhookLost, .webhookDoubled, .webhookDelayed].contains(self)
    }

    func fits(_ operation: Operation) -> Bool {
      switch operation {
      case .webhook: isOfWebhooks
      case .query: !isOfWebhooks
      case .create, .reverse, .other: !isOfWebhooks && self != .notFound
      }
    }
  }

  let id: Int
  /// Nil for every provider.
  let provider: Provider?
  /// Nil for every operation that the kind fits.
  let operation: Operation?
  let kind: Kind
  /// How often it still happens; nil until it is deleted.
  var left: Int?
  /// Of `slow`.
  let milliseconds: Int64
  /// Of `webhook_delayed`.
  let seconds: Int64

  var json: JSON {
    var object: JSONObject = [
      "id": JSON(id), "provider": .string(provider?.rawValue ?? "any"),
      "operation": .string(operation?.rawValue ?? "any"), "kind": .string(kind.rawValue),
      "left": JSON(left.map(Int64.init)),
    ]
    if kind == .slow { object["milliseconds"] = JSON(milliseconds) }
    if kind == .webhookDelayed { object["seconds"] = JSON(seconds) }
    return .object(object)
  }
}

/// The faults that wait to happen, in the order in which they were asked for.
struct FaultBook: Sendable {
  private(set) var faults: [Fault] = []
  private var lastID = 0

  /// Reads `{kind, provider?, operation?, count?, milliseconds?, seconds?}`.
  mutating func add(_ form: inout FormReader) throws(FormFault) -> Fault {
    guard let kind: Fault.Kind = try form.optionalWord("kind") else { throw form.missing("kind") }
    let provider: Provider? = try Self.any(&form, "provider")
    let operation: Operation? = try Self.any(&form, "operation")
    if let operation, !kind.fits(operation) {
      throw form.malformed("operation", "\(operation.rawValue) cannot have \(kind.rawValue)")
    }
    let count = try form.optionalInteger("count", 1...1_000_000)
    let milliseconds =
      kind == .slow ? try form.integer("milliseconds", 1...600_000) : 0
    let seconds = kind == .webhookDelayed ? try form.integer("seconds", 1...86_400) : 0
    try form.end()
    lastID += 1
    let fault = Fault(
      id: lastID, provider: provider, operation: operation, kind: kind, left: count.map(Int.init),
      milliseconds: milliseconds, seconds: seconds)
    faults.append(fault)
    return fault
  }

  /// Absent and `any` are the same.
  private static func any<Word: RawRepresentable & CaseIterable>(
    _ form: inout FormReader, _ key: String
  ) throws(FormFault) -> Word? where Word.RawValue == String {
    form.field(key)?.string == "any" ? nil : try form.optionalWord(key)
  }

  mutating func remove(_ id: Int) -> Bool {
    let count = faults.count
    faults.removeAll { $0.id == id }
    return faults.count < count
  }

  mutating func removeAll() { faults = [] }

  /// The first fault that waits for such a call, counted down.
  mutating func take(
    _ provider: Provider, _ operation: Operation, where isWanted: (Fault.Kind) -> Bool
  ) -> Fault? {
    let index = faults.firstIndex { fault in
      (fault.provider ?? provider) == provider && (fault.operation ?? operation) == operation
        && fault.kind.fits(operation) && isWanted(fault.kind)
    }
    guard let index else { return nil }
    let fault = faults[index]
    if let left = fault.left {
      faults[index].left = left - 1
      if left == 1 { faults.remove(at: index) }
    }
    return fault
  }
}
