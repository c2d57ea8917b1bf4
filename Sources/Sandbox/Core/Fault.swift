internal import JSONText

/// Something that a provider is to do wrong.
struct Fault: Sendable {
  /// What each does stands in the guide (`ControlGuide`).
  enum Kind: String, CaseIterable, Sendable {
    case timeoutBefore = "timeout_before"
    case timeoutAfter = "timeout_after"
    case resetBefore = "reset_before"
    case resetAfter = "reset_after"
    case error500 = "error_500"
    case error500After = "error_500_after"
    case systemError = "system_error"
    case slow, garbage
    case garbageAfter = "garbage_after"
    case notFound = "not_found"
    case refused, unauthorized
    case filterIgnored = "filter_ignored"
    case latin1
    case byteOrderMark = "byte_order_mark"
    case gzip
    case oddDates = "odd_dates"
    case floatNoise = "float_noise"
    case otherAmount = "other_amount"
    case badSignature = "bad_signature"
    case webhookLost = "webhook_lost"
    case webhookDoubled = "webhook_doubled"
    case webhookDelayed = "webhook_delayed"

    func fits(_ operation: Operation) -> Bool {
      switch self {
      case .badSignature, .webhookLost, .webhookDoubled, .webhookDelayed: operation == .webhook
      case .notFound, .filterIgnored: operation == .query
      case .latin1, .byteOrderMark, .oddDates, .floatNoise: true
      case .otherAmount: operation != .other
      case .refused: operation == .create || operation == .reverse
      case .timeoutBefore, .timeoutAfter, .resetBefore, .resetAfter, .error500, .error500After,
        .systemError, .slow, .garbage, .garbageAfter, .unauthorized, .gzip:
        operation != .webhook
      }
    }

    /// Whether it concerns how things are written, of which there may be several at a time.
    var isOfSpelling: Bool {
      [.latin1, .byteOrderMark, .oddDates, .floatNoise, .otherAmount].contains(self)
    }

    /// Whether it settles what is answered, of which there is one at a time.
    var decides: Bool {
      fits(.query) && !isOfSpelling && ![.slow, .filterIgnored, .gzip].contains(self)
        || self == .refused
    }
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
    /// Of `odd_dates`; digits of a fraction.
    case dates(Spelling.Dates, digits: Int)
    /// Of `float_noise`.
    case noise(Spelling.Noise)
    /// Of `other_amount`: centavos.
    case amount(Int64)
  }

  /// Given by the list that it waits in.
  var id = 0
  /// Nil for every provider.
  let provider: ProviderName?
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

  func happens(to provider: ProviderName, _ operation: Operation, at now: Instant) -> Bool {
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
    case .dates(let form, let digits):
      object["form"] = .string(form.rawValue)
      if form == .fraction { object["digits"] = JSON(digits) }
    case .noise(let form): object["form"] = .string(form.rawValue)
    case .amount(let centavos): object["amount"] = JSON(centavos)
    }
    return .object(object)
  }
}
