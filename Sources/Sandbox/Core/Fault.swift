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
    /// Makes no order and says so, in given words.
    case refused
    /// Takes the right credentials for wrong ones, as after a key was revoked.
    case unauthorized
    /// The first try of a webhook carries a wrong signature or password.
    case badSignature = "bad_signature"
    case webhookLost = "webhook_lost"
    case webhookDoubled = "webhook_doubled"
    /// The first try comes late by some seconds.
    case webhookDelayed = "webhook_delayed"

    func fits(_ operation: Operation) -> Bool {
      switch self {
      case .badSignature, .webhookLost, .webhookDoubled, .webhookDelayed: operation == .webhook
      case .notFound: operation == .query
      case .refused: operation == .create || operation == .reverse
      default: operation != .webhook
      }
    }

    /// Whether it settles what is answered, of which there is one at a time.
    var decides: Bool { self != .slow && !fits(.webhook) }
  }

  /// What some kinds need to know.
  enum Detail: Sendable {
    case none
    /// Of `slow`.
    case milliseconds(Int64)
    /// Of `webhook_delayed`.
    case seconds(Int64)
    /// Of `refused`, and of `unauthorized` where the usual words will not do.
    case words(RefusalWords)
  }

  let id: Int
  /// Nil for every provider.
  let provider: Provider?
  /// Nil for every operation that the kind fits.
  let operation: Operation?
  let kind: Kind
  let detail: Detail
  /// How often it still happens; nil until it is deleted.
  var left: Int?
  /// When it begins to happen.
  let from: Instant
  /// When it ends by itself.
  let until: Instant?

  var words: RefusalWords? {
    if case .words(let words) = detail { words } else { nil }
  }

  func happens(to provider: Provider, _ operation: Operation, at now: Instant) -> Bool {
    (self.provider ?? provider) == provider && (self.operation ?? operation) == operation
      && kind.fits(operation) && from <= now && !isOver(at: now)
  }

  func isOver(at now: Instant) -> Bool { until.map { $0 <= now } ?? false }

  var json: JSON {
    var object: JSONObject = [
      "id": JSON(id), "provider": .string(provider?.rawValue ?? "any"),
      "operation": .string(operation?.rawValue ?? "any"), "kind": .string(kind.rawValue),
      "left": JSON(left.map(Int64.init)), "from": .string(from.mexico),
      "until": JSON(until?.mexico),
    ]
    switch detail {
    case .none: break
    case .milliseconds(let milliseconds): object["milliseconds"] = JSON(milliseconds)
    case .seconds(let seconds): object["seconds"] = JSON(seconds)
    case .words(let words):
      object["word"] = .string(words.word)
      object["status"] = JSON(words.status)
      object["message"] = JSON(words.message)
    }
    return .object(object)
  }
}

extension Fault.Detail {
  /// Reads what the kind needs.
  init(
    of kind: Fault.Kind, at provider: Provider?, _ form: inout FormReader
  ) throws(FormFault) {
    switch kind {
    case .slow: self = .milliseconds(try form.integer("milliseconds", 1...600_000))
    case .webhookDelayed: self = .seconds(try form.integer("seconds", 1...86_400))
    case .refused:
      guard let provider else { throw form.missing("provider") }
      guard let words = try RefusalWords(&form, at: provider) else { throw form.missing("word") }
      self = .words(words)
    case .unauthorized:
      guard let provider, let words = try RefusalWords(&form, at: provider) else {
        self = .none
        return
      }
      self = .words(words)
    default: self = .none
    }
  }
}
