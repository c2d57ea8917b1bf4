import TestSupport
import Testing

@testable import HTTPServing

@Suite("headers and addresses, whatever joins with their signs")
struct JoiningScalarTests {
  @Test("a field that would end its line is not sent")
  func fields() {
    for text in JoiningScalars.texts(around: "\r\n\0") {
      #expect(throws: HTTPServerFault.self) {
        try PreparedAnswer(Response(.ok, headers: ["X": text]), id: "r", isHead: false)
      }
      #expect(throws: HTTPServerFault.self) {
        try PreparedAnswer(Response(.ok, headers: ["X\(text)": "1"]), id: "r", isHead: false)
      }
    }
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
    for mark in JoiningScalars.behind {
      let query = try Query("a=\(mark)&\(mark)b=\(mark)")
      #expect(query.items.map(\.name) == ["a", "\(mark)b"])
    }
  }
}
