import TestSupport
import Testing

@testable import HTTPServing

@Suite("headers and addresses, whatever joins with their signs")
struct JoiningScalarTests {
  @Test("a field that would end its line is not sent")
  func fields() {
    func isSent(_ headers: Headers) -> Bool {
      (try? PreparedAnswer(Response(.ok, headers: headers), id: "r", isHead: false)) != nil
    }
    #expect(isSent(["X": "\u{600}e\u{301}"]))
    let sent = JoiningScalars.texts(around: "\r\n").filter {
      isSent(["X": $0]) || isSent(["X\($0)": "1"])
    }
    #expect(sent.isEmpty)
  }

  @Test("names of fields and of parameters are their bytes")
  func names() throws {
    // The Kelvin sign is canonically equivalent to K, and is k in lower case.
    #expect(Headers(["\u{212A}": "1"])["K"] == nil && Headers(["\u{212A}": "1"])["k"] == nil)
    let query = try Query("%C3%A9=1&e%CC%81=2&%E2%84%AA=3")
    #expect(query["\u{E9}"] == "1" && query["e\u{301}"] == "2" && query["K"] == nil)
    #expect(query.values(of: "e\u{301}") == ["2"])
  }

  @Test("a query is split at its own signs")
  func queries() throws {
    let joined = try JoiningScalars.behind.filter { mark in
      let query = try Query("a=\(mark)&\(mark)b=\(mark)")
      return query.items.map(\.name) != ["a", "\(mark)b"]
    }
    #expect(joined.isEmpty)
  }
}
