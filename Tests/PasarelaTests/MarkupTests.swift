import Crypto
import Foundation
import HTTPServing
import JSONText
import Payins
import TestSupport
import Testing

@testable import MerchantAPI
@testable import pasarela

/// What merchants and providers write, byte by byte, whatever stands beside its special signs.
@Suite("text in markup and addresses")
struct MarkupTests {
  private static let entities = [
    "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'",
  ]

  /// What a parser of markup reads; nil where a special byte stands there as it is.
  private static func read(_ markup: String) -> [UInt8]? {
    var rest = Array(markup.utf8)[...]
    var out: [UInt8] = []
    while let byte = rest.first {
      if byte == UInt8(ascii: "&") {
        guard let (entity, meaning) = entities.first(where: { rest.starts(with: $0.key.utf8) })
        else { return nil }
        out += meaning.utf8
        rest = rest.dropFirst(entity.utf8.count)
      } else {
        guard !"<>\"'".utf8.contains(byte) else { return nil }
        out.append(byte)
        rest = rest.dropFirst()
      }
    }
    return out
  }

  @Test("no sign of markup survives unescaped, whatever joins with it")
  func escaping() {
    #expect(JoiningScalars.ahead.count > 20 && JoiningScalars.behind.count > 2000)
    let raw = JoiningScalars.texts(around: "<>&\"'").filter { text in
      Self.read(Markup.escaped(text))?.elementsEqual(text.utf8) != true
    }
    #expect(raw.isEmpty)
  }

  @Test("markup escapes every text that is put into it, and no markup twice")
  func markup() {
    let text = "<b>&\"'"
    let inner: HTML = "<i>\(text)</i>"
    #expect(inner.source == "<i>&lt;b&gt;&amp;&quot;&#39;</i>")
    #expect(("<p>\(inner)\([inner])</p>" as HTML).source == "<p>\(inner.source)\(inner.source)</p>")
  }

  private func isRefused(_ member: String, _ value: JSON) -> Bool {
    var body = ServeTests.payin("r", method: "spei").object ?? [:]
    body[member] = value
    do {
      _ = try PayinRequestReader.read(body, now: .init(seconds: 1_767_636_000))
      return false
    } catch {
      return error.problems.contains { $0.pointer.utf8.starts(with: "/\(member)".utf8) }
    }
  }

  @Test("an address has one @, whatever joins with a second one")
  func addresses() {
    #expect(!isRefused("payer", ["email": "ana\u{301}@example.mx"]))
    let taken = JoiningScalars.texts(around: "@").filter { joined in
      !isRefused("payer", ["email": .string("ana@example.mx\(joined)example.mx")])
    }
    #expect(taken.isEmpty)
  }

  @Test("a substitution ends at its brace, whatever follows")
  func substitution() {
    let left = JoiningScalars.behind.filter { mark in
      var substitution = Substitution(environment: ["A": "1"], folder: ".")
      let done = substitution.apply(.string("\u{600}${A}\(mark)"))
      return done != .string("\u{600}1\(mark)") || !substitution.problems.isEmpty
    }
    #expect(left.isEmpty)
  }

  @Test("a key is the bytes behind Bearer, and a type of media ends at its semicolon")
  func headers() throws {
    let key = APIKey(
      id: "k", merchant: "shop", sha256: Digest.sha256(Array("\u{301}x".utf8)), scopes: [.admin])
    #expect(KeyRing([key]).merchant(of: "Bearer \u{301}x") == "shop")
    #expect(KeyRing([key]).merchant(of: "bEARER \u{301}x") == "shop")
    // Canonically equivalent, and another key.
    let composed = APIKey(
      id: "k", merchant: "shop", sha256: Digest.sha256(Array("\u{E9}".utf8)), scopes: [.admin])
    #expect(KeyRing([composed]).merchant(of: "Bearer e\u{301}") == nil)
    let request = Request(
      .post, path: "/", headers: ["Content-Type": "application/json;\u{301}"],
      body: Array("{}".utf8))
    #expect(throws: Never.self) { try RequestReading.object(request) }
  }
}

extension KeyRing {
  fileprivate func merchant(of authorization: String) -> String? {
    let request = Request(.get, path: "/", headers: ["Authorization": authorization])
    return try? caller(of: request, needing: .admin).caller.merchant
  }
}
