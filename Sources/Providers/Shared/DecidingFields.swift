import JSONText

/// The fields of a provider's message by which something is decided: whose order it is, where it
/// stands, in which currency, under which words the payer's money is known. One that stands there
/// and cannot be read is not one that is missing: the message is then not believed.
struct DecidingFields {
  private let json: JSON?
  /// Set once a field stood there and could not be read.
  private(set) var areDamaged = false

  init(_ json: JSON?) { self.json = json }

  /// An order number or an id: printable ASCII, so that nothing that was repaired matches, or a
  /// whole number. Nil where nothing is said.
  mutating func id(_ key: String) -> String? {
    read(key) { $0.wireText.flatMap(Self.ascii) }
  }

  /// That id alone.
  static func id(_ key: String, of json: JSON?) -> String? {
    var fields = DecidingFields(json)
    return fields.id(key)
  }

  /// A status, a currency or another word: as for an id, and never a number.
  mutating func word(_ key: String) -> String? {
    read(key) { $0.string.flatMap(Self.ascii) }
  }

  /// What the payer must write for the money to be told apart, in whatever letters.
  mutating func text(_ key: String) -> String? {
    read(key) { value in
      value.wireText.flatMap { $0.unicodeScalars.contains("\u{FFFD}") ? nil : $0 }
    }
  }

  private mutating func read(_ key: String, _ form: (JSON) -> String?) -> String? {
    guard let value = json?[key], !value.isBlank else { return nil }
    let text = form(value)
    if text == nil { areDamaged = true }
    return text
  }

  private static func ascii(_ text: String) -> String? {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? text : nil
  }
}
