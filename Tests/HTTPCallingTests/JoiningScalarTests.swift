import TestSupport
import Testing

@testable import HTTPCalling

@Suite("calls, whatever joins with their signs")
struct JoiningScalarTests {
  private func isRefused(_ headers: HTTPHeader...) -> Bool {
    HTTPRequest(method: "GET", url: "https://a.example/", headers: headers).fault != nil
  }

  @Test("a header that would end its line is not sent")
  func headers() {
    #expect(!isRefused(HTTPHeader("X", "\u{600}e\u{301}")))
    let sent = JoiningScalars.texts(around: "\r\n").filter {
      !isRefused(HTTPHeader("X", $0)) || !isRefused(HTTPHeader("X\($0)", "1"))
    }
    #expect(sent.isEmpty)
  }

  @Test("a header's name is its bytes, but for the case of letters")
  func names() {
    let response = HTTPResponse(
      status: 200, headers: [HTTPHeader("\u{212A}ey", "1"), HTTPHeader("KEY", "2")])
    #expect(response.header("key") == "2")
  }
}
