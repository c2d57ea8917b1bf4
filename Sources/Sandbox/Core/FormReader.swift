internal import JSONText

/// The first thing wrong with a request's body.
struct FormFault: Error, Sendable {
  enum Kind: Sendable {
    case missing, malformed, unknown
  }

  let kind: Kind
  /// As `money.amount`.
  let field: String
  /// A sentence.
  let detail: String
}

/// Reads the fields of a JSON object and stops at the first that is missing or malformed; `end`
/// refuses the fields that nobody asked for. For an optional field, null counts as absent.
struct FormReader {
  private let path: String
  private let object: JSONObject
  private var asked: Set<[UInt8]> = []

  init(_ object: JSONObject, path: String = "") {
    self.object = object
    self.path = path
  }

  /// Reads all of it; what is wrong is refused in somebody's own words.
  func read<Value, Refusal: Error>(
    _ refusal: (FormFault) -> Refusal, _ fields: (inout FormReader) throws(FormFault) -> Value
  ) throws(Refusal) -> Value {
    do throws(FormFault) {
      var form = self
      let value = try fields(&form)
      try form.end()
      return value
    } catch {
      throw refusal(error)
    }
  }

  /// - Parameter length: in UTF-16 units, as the providers' Java counts.
  mutating func text(
    _ key: String, _ length: ClosedRange<Int>, where isFit: (String) -> Bool = { _ in true }
  ) throws(FormFault) -> String {
    guard let text = try optionalText(key, length, where: isFit) else { throw missing(key) }
    return text
  }

  mutating func optionalText(
    _ key: String, _ length: ClosedRange<Int>, where isFit: (String) -> Bool = { _ in true }
  ) throws(FormFault) -> String? {
    guard let value = field(key) else { return nil }
    guard let text = value.string else { throw malformed(key, "must be a string") }
    guard length.contains(text.utf16.count) else {
      throw malformed(key, "must have \(length.lowerBound) to \(length.upperBound) characters")
    }
    guard isFit(text) else { throw malformed(key, "does not have the form it must have") }
    return text
  }

  mutating func integer(_ key: String, _ range: ClosedRange<Int64>) throws(FormFault) -> Int64 {
    guard let integer = try optionalInteger(key, range) else { throw missing(key) }
    return integer
  }

  mutating func optionalInteger(
    _ key: String, _ range: ClosedRange<Int64>
  ) throws(FormFault) -> Int64? {
    guard let value = field(key) else { return nil }
    guard let integer = value.int64 else { throw malformed(key, "must be an integer") }
    guard range.contains(integer) else {
      throw malformed(key, "must be \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  mutating func number(_ key: String) throws(FormFault) -> JSONNumber {
    guard let value = field(key) else { throw missing(key) }
    guard let number = value.number else { throw malformed(key, "must be a number") }
    return number
  }

  mutating func flag(_ key: String) throws(FormFault) -> Bool {
    guard let flag = try optionalFlag(key) else { throw missing(key) }
    return flag
  }

  mutating func optionalFlag(_ key: String) throws(FormFault) -> Bool? {
    guard let value = field(key) else { return nil }
    guard let flag = value.bool else { throw malformed(key, "must be true or false") }
    return flag
  }

  mutating func texts(_ key: String) throws(FormFault) -> [String] {
    guard let value = field(key) else { throw missing(key) }
    guard let items = value.array, case let texts = items.compactMap(\.string),
      texts.count == items.count
    else { throw malformed(key, "must be an array of strings") }
    return texts
  }

  mutating func object<Value>(
    _ key: String, _ fields: (inout FormReader) throws(FormFault) -> Value
  ) throws(FormFault) -> Value {
    guard let value = try optionalObject(key, fields) else { throw missing(key) }
    return value
  }

  mutating func optionalObject<Value>(
    _ key: String, _ fields: (inout FormReader) throws(FormFault) -> Value
  ) throws(FormFault) -> Value? {
    guard let value = field(key) else { return nil }
    guard let object = value.object else { throw malformed(key, "must be an object") }
    return try FormReader(object, path: place(key)).read({ $0 }, fields)
  }

  /// One of a type's words.
  mutating func optionalWord<Word: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(FormFault) -> Word? where Word.RawValue == String {
    try optionalWord(key, of: Word.allCases.map(\.rawValue)).flatMap { Word(rawValue: $0) }
  }

  mutating func optionalWord(_ key: String, of words: [String]) throws(FormFault) -> String? {
    guard let value = field(key) else { return nil }
    guard let word = value.string, words.contains(word) else {
      throw malformed(key, "must be one of \(words.joined(separator: ", "))")
    }
    return word
  }

  /// The field whatever it is; nil where it is absent or null.
  mutating func field(_ key: String) -> JSON? {
    asked.insert(Array(key.utf8))
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  /// Refuses what nobody asked for.
  func end() throws(FormFault) {
    for key in object.keys where !asked.contains(Array(key.utf8)) {
      throw FormFault(
        kind: .unknown, field: place(key), detail: "\(place(key)) is not a known field")
    }
  }

  func missing(_ key: String) -> FormFault {
    FormFault(kind: .missing, field: place(key), detail: "\(place(key)) is required")
  }

  func malformed(_ key: String, _ detail: String) -> FormFault {
    FormFault(kind: .malformed, field: place(key), detail: "\(place(key)) \(detail)")
  }

  private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
