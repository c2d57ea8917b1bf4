import HTTPCalling

/// Short forms for the tests.
extension CurlClient {
  func get(_ url: String, _ limits: CallLimits = CallLimits()) async -> CallOutcome {
    await call(HTTPRequest(method: "GET", url: url), limits: limits)
  }

  func post(
    _ url: String, _ body: String = #"{"amount":15000}"#, _ limits: CallLimits = CallLimits()
  ) async -> CallOutcome {
    let request = HTTPRequest(
      method: "POST", url: url, headers: [HTTPHeader("Content-Type", "application/json")],
      body: Array(body.utf8))
    return await call(request, limits: limits)
  }
}

extension CallOutcome {
  /// "never_sent refused", "sent_no_answer timeout", "answered 200".
  var summary: String {
    switch self {
    case .neverSent(let failure): "never_sent \(failure.label.rawValue)"
    case .sentNoAnswer(let failure): "sent_no_answer \(failure.label.rawValue)"
    case .answered(let response): "answered \(response.status)"
    }
  }

  var response: HTTPResponse? {
    if case .answered(let response) = self { response } else { nil }
  }

  var failure: CallFailure? {
    switch self {
    case .neverSent(let failure), .sentNoAnswer(let failure): failure
    case .answered: nil
    }
  }

  var text: String? { response.map { String(decoding: $0.body, as: UTF8.self) } }
}

func ok(_ body: String, _ headers: String = "") -> String {
  "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}
