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
    /// A list of charges is not narrowed by `order_id` (Openpay).
    case filterIgnored = "filter_ignored"
    /// Texts are written in ISO 8859-1 rather than UTF-8; this and the next but `gzip` concern
    /// answers and webhooks alike.
    case latin1
    /// A byte order mark stands in front.
    case byteOrderMark = "byte_order_mark"
    /// An answer is gzip-encoded, whatever was asked for.
    case gzip
    case oddDates = "odd_dates"
    case floatNoise = "float_noise"
    /// Another amount than the order's own is told.
    case otherAmount = "other_amount"
    /// The first try of a webhook carries a wrong signature or password.
    case badSignature = "bad_signature"
    case webhookLost = "webhook_lost"
    case webhookDoubled = "webhook_doubled"
    /// The first try comes late by some seconds.
    case webhookDelayed = "webhook_delayed"

    func fits(_ operation: Operation) -> Bool {
      switch self {
      case .badSignature, .webhookLost, .webhookDoubled, .webhookDelayed: operation == .webhook
      case .notFound, .filterIgnored: operation == .query
      case .latin1, .byteOrderMark, .oddDates, .floatNoise: true
      case .otherAmount: operation != .other
      case .refused: operation == .create || operation == .reverse
      default: operation != .webhook
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
    case .dates(let form, let digits):
      object["form"] = .string(form.rawValue)
      if form == .fraction { object["digits"] = JSON(digits) }
    case .noise(let form): object["form"] = .string(form.rawValue)
    case .amount(let centavos): object["amount"] = JSON(centavos)
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
    case .oddDates:
      guard let dates: Spelling.Dates = try form.optionalWord("form") else {
        throw form.missing("form")
      }
      let digits = dates == .fraction ? try form.optionalInteger("digits", 1...9) : nil
      self = .dates(dates, digits: Int(digits ?? 3))
    case .floatNoise: self = .noise(try form.optionalWord("form") ?? .below)
    case .otherAmount: self = .amount(try form.integer("amount", 1...99_999_999_999))
    case .filterIgnored where provider ?? .openpay != .openpay:
      throw form.malformed("provider", "must be openpay, or any")
    default: self = .none
    }
  }
}
