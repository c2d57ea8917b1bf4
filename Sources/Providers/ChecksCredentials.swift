public import HTTPCalling

/// Can be asked whether it takes our credentials, without anything being made there. Of another
/// provider that is seen from how it answers for an order that does not exist.
public protocol ChecksCredentials: Provider {
  func credentialsRequest() -> HTTPRequest
  func credentials(_ response: HTTPResponse) -> CredentialsVerdict
}

public enum CredentialsVerdict: Equatable, Sendable {
  case taken
  /// Why, in words without secrets.
  case refused(String)
  /// The answer shows neither.
  case unclear(String)

  /// - Parameter taken: statuses that are given to right credentials only.
  static func ofStatus(_ status: Int, taken: Set<Int>) -> CredentialsVerdict {
    switch status {
    case 401, 403: .refused("HTTP \(status)")
    case _ where taken.contains(status): .taken
    default: .unclear("HTTP \(status)")
    }
  }
}

extension Openpay: ChecksCredentials {
  /// GET /v1/{merchant} (S001 "Obtener comercio"; Providers/Openpay/README 3.2).
  public func credentialsRequest() -> HTTPRequest {
    HTTPRequest(method: "GET", url: root, headers: [authorization])
  }

  public func credentials(_ response: HTTPResponse) -> CredentialsVerdict {
    if let error = OpenpayError(response.body), words.meaning(error.code) == .unauthorized {
      return .refused(error.detail)
    }
    return .ofStatus(response.status, taken: [200])
  }
}

extension Paynet: ChecksCredentials {
  /// S000 has nothing to ask for. Credentials are looked at before the method of a call, so that
  /// right ones are told that it must be POST.
  public func credentialsRequest() -> HTTPRequest {
    HTTPRequest(
      method: "GET", url: "\(baseURL)/v1/\(chain)/payment", headers: [authorization])
  }

  public func credentials(_ response: HTTPResponse) -> CredentialsVerdict {
    .ofStatus(response.status, taken: [200, 400, 404, 405])
  }
}
