import JSONText
import Payins

/// What a provider's word of refusal means for the order, or for us.
enum WordMeaning {
  /// Surely no order; a repeat would be refused alike.
  case permanent
  /// Surely no order; the provider takes none at the moment.
  case retryable
  /// The order may have been made.
  case ambiguous
  /// The same, since the provider was in trouble.
  case trouble
  /// The same, since the provider knows the number.
  case duplicate
  /// To a query: there is no such order.
  case absent
  /// The provider refuses our credentials, signature or address.
  case unauthorized
}

/// The meanings that an operator may give to a word.
private enum WordClass: String, CaseIterable {
  case permanent, retryable, ambiguous, absent, unauthorized

  var meaning: WordMeaning {
    switch self {
    case .permanent: .permanent
    case .retryable: .retryable
    case .ambiguous: .ambiguous
    case .absent: .absent
    case .unauthorized: .unauthorized
    }
  }
}

/// An account's classes of words: the operator's own (`codes` of the account) come first, then
/// those that the provider publishes.
struct ProviderWords {
  private let own: [String: WordMeaning]
  private let published: [String: WordMeaning]

  /// - Parameter success: the words that are no refusal, which nobody may class.
  init(
    _ settings: inout ObjectReader, published: [String: WordMeaning] = [:],
    success: Set<String> = []
  ) {
    self.published = published
    var own: [String: WordMeaning] = [:]
    _ = settings.optionalObject("codes") { inner in
      for word in inner.keys {
        own[word] = (inner.choice(word) as WordClass?)?.meaning
        if success.contains(word) { inner.report(word, "\(word) is success") }
      }
    }
    self.own = own
  }

  /// The class of the first of the words that has one; nil: nobody has classed them.
  func meaning(_ words: String?...) -> WordMeaning? {
    let words = words.compactMap(\.self)
    return words.lazy.compactMap { own[$0] }.first
      ?? words.lazy.compactMap { published[$0] }.first
  }
}

/// What a sentence or word says in plain English or Spanish where no list names it. Only readings
/// that are safe to be wrong: doubt is asked about, and "no such order" must be heard three times.
enum PlainWords {
  static func meaning(of text: String) -> WordMeaning? {
    let words = Set(split(text))
    func has(_ any: String...) -> Bool { any.contains(where: words.contains) }
    let speaksOfOrder = has("order", "transaction", "trade", "orden", "pedido")
    let isDenied = has("not", "no", "never")
    if speaksOfOrder, isDenied, has("exist", "exists", "found", "existe", "encontrada") {
      return .absent
    }
    if has(
      "signature", "sign", "firma", "unauthorized", "unauthorised", "whitelist", "partner",
      "credentials", "timestamp")
    {
      return .unauthorized
    }
    if has("busy", "rate", "timeout", "maintenance", "frequent", "frequently", "internal", "later")
      || has("ocupado", "mantenimiento") || has("system", "sistema") && has("error", "exception")
    {
      return .trouble
    }
    // An order of that number may exist.
    if has("duplicate", "duplicated", "repeat", "repeated", "already", "duplicado", "ya")
      || has("exist", "exists", "existed", "existe") && !isDenied
    {
      return .duplicate
    }
    return nil
  }

  /// In lower case, parted at whatever is no letter and where a capital follows a small letter.
  private static func split(_ text: String) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    func end() {
      if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
      word = []
    }
    var wasSmall = false
    for byte in text.utf8.prefix(1000) {
      let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      let isSmall = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      if !isCapital && !isSmall || isCapital && wasSmall { end() }
      if isCapital || isSmall { word.append(byte | 0x20) }
      wasSmall = isSmall
    }
    end()
    return words
  }
}

/// A provider's own words as operators and merchants may see them: they can repeat the payer's
/// data, so that whatever might be of the payer is left out.
enum ShownWords {
  private static let mostScalars = 120

  static func of(_ text: String, _ payer: Payer) -> String {
    if text.safeWord != nil { return text }
    // What would be left out is no longer known.
    if payer.isErased { return "…" }
    let secret = Set(
      [payer.name, payer.email, payer.phone].flatMap { words($0 ?? "") }.map(plain))
    let shown = words(text).map { isShown($0, secret) ? $0 : "…" }
    let line = shown.joined(separator: " ").unicodeScalars.prefix(mostScalars)
    return String(String.UnicodeScalarView(line))
  }

  /// Not of the payer, no address, and with too few digits for a telephone or account number.
  private static func isShown(_ word: String, _ secret: Set<String>) -> Bool {
    let digits = word.unicodeScalars.count { $0.properties.numericType != nil }
    return digits < 4 && !word.utf8.contains(UInt8(ascii: "@")) && !secret.contains(plain(word))
  }

  private static func words(_ text: String) -> [String] {
    text.unicodeScalars.split { scalar in
      scalar.properties.isWhitespace || scalar.value < 0x20 || scalar.value == 0x7F
    }.map { String(String.UnicodeScalarView($0)) }
  }

  /// Letters and digits only, in lower case.
  private static func plain(_ word: String) -> String {
    let kept = word.lowercased().unicodeScalars.filter {
      $0.properties.isAlphabetic || $0.properties.numericType != nil
    }
    return String(String.UnicodeScalarView(kept))
  }
}

/// What an answer that says "not done" leads to, alike for all providers.
extension CreateOutcome {
  /// - Parameters:
  ///   - meaning: nil where nobody has classed the word.
  ///   - word: as it is listed for the operator.
  ///   - status: of the answer; decides alone where the word is not classed, if it can.
  static func refusal(
    _ meaning: WordMeaning?, word: String, detail: String, status: Int = 200
  ) -> CreateOutcome {
    if meaning == nil, let outcome = ofStatus(status), !outcome.isInDoubt { return outcome }
    return switch meaning {
    case .permanent: .declined(.rejected(detail))
    case .retryable: .neverSent(.busy(detail))
    case .ambiguous: .inDoubt(.unexpected(detail))
    case .trouble: .inDoubt(.failing(detail))
    case .duplicate: .inDoubt(.duplicate(detail))
    case .unauthorized: .unauthorized(.unauthorized(detail))
    // "No such order" is no answer to a create call.
    case .absent, nil: .refused(.refused(detail), word: word)
    }
  }

  private var isInDoubt: Bool { if case .inDoubt = self { true } else { false } }
}

extension QueryOutcome {
  static func refusal(
    _ meaning: WordMeaning?, word: String, detail: String, status: Int = 200
  ) -> QueryOutcome {
    if meaning == nil, [401, 403, 429].contains(status), let outcome = ofStatus(status) {
      return outcome
    }
    return switch meaning {
    case .absent: .absent
    case .unauthorized: .unauthorized(.unauthorized(detail))
    case .permanent, .ambiguous, .duplicate: .undetermined(.unexpected(detail))
    case .trouble: .undetermined(.failing(detail))
    case .retryable: .undetermined(.busy(detail))
    case nil: .refused(.unexpected(detail), word: word)
    }
  }
}
