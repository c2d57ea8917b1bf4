import Foundation
import Testing

/// A `Character` is what a reader sees: a sign and whatever joins with it, such as a combining mark
/// behind it or a prepended sign before it. Formats mean bytes or Unicode scalars, so whoever looks
/// for a special sign among characters overlooks it.
@Suite("tidy: text is bytes")
struct CharacterTests {
  /// Where characters are meant.
  private static let allowed: Set = [
    // A text for people is cut between what they see as characters.
    "Sources/Providers/Shared/LimitedText.swift"
  ]

  /// One sign in quotes, escaped or not.
  private static let sign = #""(?:\\.|[^"\\])""#

  private static let patterns = [
    // The type, and the properties that it alone has (those of scalars are under `properties`).
    #"\bCharacter\b"#,
    #"(?<!properties)\.is(?:Whitespace|Newline|Letter|Number|Punctuation|Symbol|HexDigit)\b"#,
    #"\bfor (?:character|letter|char) in\b"#,
    // Searching: `String` compares characters, by canonical equivalence.
    #"\.has(?:Prefix|Suffix)\("#,
    #"\.replacing(?:Occurrences)?\("#,
    #"\.(?:contains|starts|firstRange|ranges)\((?:of: |with: )?"(?:\\.|[^"\\])*"(?!\.utf8)"#,
    #"\.(?:firstIndex|lastIndex)\(of: ""#,
    #"\.split\(.*separator: ""#,
    #"\.components\(separatedBy"#,
    // Comparing one of its parts with a sign.
    #"\.(?:first|last) [!=]= "# + sign,
    #"\$0 [!=]= "# + sign,
    // Measuring: by `utf8.count`.
    #""\.count\b"#,
    // A regular expression walks characters, unless it is told `matchingSemantics(.unicodeScalar)`.
    #"\.(?:wholeMatch|firstMatch|prefixMatch|matches)\(of: (?!.*matchingSemantics)"#,
  ]

  /// What is written behind `.unicodeScalars` on the same line walks scalars.
  private static let walksScalars = #"\.unicodeScalars\b[^,;]*"#

  private static let fault = try? NSRegularExpression(pattern: patterns.joined(separator: "|"))
  private static let harmless = try? NSRegularExpression(pattern: walksScalars)

  private static func isFault(_ line: String) -> Bool {
    let bare = harmless?.stringByReplacingMatches(
      in: line, range: NSRange(location: 0, length: line.utf16.count), withTemplate: ".scalars")
    let range = NSRange(location: 0, length: bare?.utf16.count ?? 0)
    return fault?.firstMatch(in: bare ?? "", range: range) != nil
  }

  @Test("nothing looks for a special sign among characters")
  func characters() {
    let found = SourceTree.sources.filter { !Self.allowed.contains($0.path) }.flatMap { file in
      file.code.filter { Self.isFault($0.text) }.map { "\(file.path):\($0.number)" }
    }
    #expect(
      found.isEmpty,
      """
      match text by bytes, text.utf8.starts(with: "x".utf8), text.utf8.split(separator: \
      UInt8(ascii: "/")), or by scalars, text.unicodeScalars.contains("@"): \(found)
      """)
  }

  @Test(
    "the rule sees what it is for",
    arguments: [
      (#"for character in text {"#, true), (#"text.split(separator: "@")"#, true),
      (#"text.split(maxSplits: 1, separator: ",")"#, true), (#"text.contains("<")"#, true),
      (#"text.first == "/""#, true), (#"text.prefix { $0 != "?" }"#, true),
      (#"url.hasPrefix("https://")"#, true), (#"text.firstIndex(of: "}")"#, true),
      (#"text.drop(while: \.isWhitespace)"#, true), (#"text.dropFirst("x:".count)"#, true),
      (#"text.wholeMatch(of: /a+/)"#, true), (#"text.utf8.starts(with: "https://".utf8)"#, false),
      (#"text.unicodeScalars.prefix { $0 != "?" }"#, false),
      (#"text.utf8.split(separator: UInt8(ascii: "/"))"#, false),
      (#"scalar.properties.isWhitespace"#, false), (#"$0 == "MXN""#, false),
      (#"path.first == "webhooks""#, false), (#"word.utf8.contains("code".utf8)"#, false),
    ])
  func rule(line: String, isFault: Bool) {
    #expect(Self.isFault(line) == isFault)
  }
}
