import HTTPCalling
import Testing

@Suite("What a log may show of a call")
struct RedactionTests {
  @Test("header values, query and bodies never show")
  func printing() {
    let request = HTTPRequest(
      method: "POST", url: "https://provider.example/v1/charges?key=canary",
      headers: [HTTPHeader("Authorization", "Basic canary")], body: Array("canary".utf8))
    let response = HTTPResponse(
      status: 200, headers: [HTTPHeader("Set-Cookie", "canary")], body: Array("canary".utf8))
    let outcome = CallOutcome.answered(response)
    var dumped = ""
    dump((request, response, outcome), to: &dumped)
    let shown = [
      "\(request)", "\(response)", "\(outcome)", "\(request.headers)", "\([request])",
      String(reflecting: request), String(reflecting: response), String(reflecting: outcome),
      String(reflecting: response.headers), dumped,
    ]
    for text in shown {
      #expect(!text.contains("canary"), "\(text)")
      #expect(!text.contains("99, 97, 110"), "\(text)")  // the same as byte values
    }
    #expect("\(request)" == "POST https://provider.example/v1/charges (1 headers, 6 bytes)")
    #expect("\(response)" == "200 (1 headers, 6 bytes)")
  }

  @Test("labels are fit for a metric")
  func labels() {
    #expect(CallFailure.Label.allCases.count == 13)
    for label in CallFailure.Label.allCases {
      #expect(label.rawValue.allSatisfy { $0 == "_" || ("a"..."z").contains($0) })
    }
    #expect("\(CallFailure(.connectTimeout, "late"))" == "connect_timeout: late")
  }
}
