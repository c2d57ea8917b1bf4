internal import CCurl
internal import Glibc

/// What libcurl did for one call, as far as it decides between never sent and sent.
struct TransferFacts: Equatable {
  /// libcurl was allowed to write the request. Before that, surely no byte of it left.
  private(set) var sendingBegan = false
  private(set) var repeatWasRefused = false
  private(set) var addressWasRefused = false
  /// The connection that libcurl chose had bytes on it that belong to no answer.
  private(set) var connectionWasSpoiled = false

  /// Asked before each connecting, so again where libcurl repeats a request by itself because a
  /// reused connection died. Only a request that changes nothing may be repeated.
  mutating func mayConnect(isSafe: Bool, isAllowed: Bool) -> Bool {
    if !isAllowed {
      addressWasRefused = true
    } else if sendingBegan && !isSafe {
      repeatWasRefused = true
    }
    return isAllowed && !repeatWasRefused
  }

  /// Asked before each writing of the request: a connection may also be one that was open already.
  mutating func mayBegin(isSafe: Bool, isAllowed: Bool, isSpoiled: Bool) -> Bool {
    guard mayConnect(isSafe: isSafe, isAllowed: isAllowed) else { return false }
    connectionWasSpoiled = isSpoiled
    if !isSpoiled { sendingBegan = true }
    return !isSpoiled
  }

  func outcome(_ failure: CallFailure) -> CallOutcome {
    sendingBegan ? .sentNoAnswer(failure) : .neverSent(failure)
  }

  /// - Parameters:
  ///   - written: libcurl's own words.
  ///   - systemError: errno of the last failed connect.
  func failure(
    _ code: CURLcode, written: String, systemError: Int32, isTooLarge: Bool
  ) -> CallFailure {
    if isTooLarge { return CallFailure(.tooLarge, "the answer is larger than allowed") }
    if repeatWasRefused {
      return CallFailure(.reset, "the connection ended before an answer; nothing was repeated")
    }
    if addressWasRefused, code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK {
      return CallFailure(.forbiddenAddress, "the host has no address that may be called")
    }
    return CallFailure(label(code, systemError: systemError), written)
  }

  private func label(_ code: CURLcode, systemError: Int32) -> CallFailure.Label {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: sendingBegan ? .timeout : .connectTimeout
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .dns
    case CURLE_COULDNT_CONNECT: systemError == ECONNREFUSED ? .refused : .unreachable
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
      .tls
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM:
      .reset
    case CURLE_PARTIAL_FILE: .truncated
    case CURLE_FILESIZE_EXCEEDED: .tooLarge
    default: sendingBegan ? .malformed : .local
    }
  }
}
