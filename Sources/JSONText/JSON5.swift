/// Reads JSON5 (spec.json5.org), the form of the configuration and the rule files.
public enum JSON5 {
  /// Reads one JSON5 text. Refused beyond the grammar: duplicate keys, Infinity and NaN, lone
  /// surrogates, hex numbers beyond 64 bits, and more than 64 levels of nesting.
  public static func parse(_ text: String) throws(JSONFault) -> LocatedJSON {
    var parser = JSON5Parser(text)
    return try parser.text()
  }
}
