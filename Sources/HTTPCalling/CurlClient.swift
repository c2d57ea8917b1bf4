internal import Foundation

/// Calls over libcurl: one thread drives all of them, connections are kept and reused.
///
/// What holds for every call:
/// - Certificates and host names are always verified; TLS 1.2 at least. Redirects are never
///   followed. Nothing is taken from the environment (proxy) or the home directory (netrc).
/// - **Never sent** means that libcurl never came to writing the request: its pre-request callback
///   runs after resolving, connecting and the TLS handshake, and before the first byte of the
///   request. From then on every failure is *sent, no answer*, even where perhaps nothing left.
/// - **A request is written at most once**, unless it is GET or HEAD. libcurl by itself repeats any
///   request, POST too, where a reused connection dies before the first byte of an answer (7.88:
///   "Connection died, retrying a fresh connect", `Curl_retry_request`), although the peer may
///   have acted on the first. For that it has to connect or to run the pre-request callback again,
///   and both are refused: the call ends as *sent, no answer*, label `reset`. So a provider's
///   "duplicate order" never comes from this class repeating a create; it means an earlier call.
/// - That is rare: a connection idle for longer than `idleSeconds` is not used again (the default
///   of 4 is below the 5 after which common servers, Node.js and Apache, hang up), and one on which
///   the peer has hung up or sent anything since its last answer is dropped before the request is
///   written, and a fresh one taken.
/// - Bytes that came before the request was written are never taken for its answer.
public final class CurlClient: HTTPClient {
  public struct Configuration: Sendable {
    /// PEM file of the certificate authorities to trust, in place of the system's.
    public var caFile: String?
    /// URL of a proxy for every call; none unless set. It connects in our place, so calls with
    /// ``AddressPolicy/publicOnly`` are refused then.
    public var proxy: String?
    /// How long a connection may lie idle and still be used again, in whole seconds, 1 or more.
    public var idleSeconds: Int
    /// How many idle connections are kept.
    public var idleConnections: Int
    /// Whether HTTP/2 is spoken over TLS where the peer offers it. Off unless asked for: calls then
    /// share connections, and one that dies leaves every call on it without answer instead of one.
    /// A POST that the peer says it did not take (REFUSED_STREAM, GOAWAY) then also ends as *sent,
    /// no answer*, since libcurl would repeat it unseen.
    public var http2: Bool

    public init(
      caFile: String? = nil, proxy: String? = nil, idleSeconds: Int = 4,
      idleConnections: Int = 256, http2: Bool = false
    ) {
      self.caFile = caFile
      self.proxy = proxy
      self.idleSeconds = idleSeconds
      self.idleConnections = idleConnections
      self.http2 = http2
    }
  }

  static let closed = CallFailure(.shutdown, "this caller was closed")

  private let configuration: Configuration
  private let loop: TransferLoop

  public init(_ configuration: Configuration = Configuration()) {
    self.configuration = configuration
    let loop = TransferLoop(configuration)
    self.loop = loop
    let thread = Thread { loop.run() }
    thread.name = "http-calls"
    thread.start()
  }

  deinit {
    loop.close()
  }

  /// Sends `request`. See ``HTTPClient/call(_:limits:)`` and this class's promises.
  public func call(_ request: HTTPRequest, limits: CallLimits) async -> CallOutcome {
    if let fault = request.fault {
      return .neverSent(CallFailure(.local, fault))
    }
    if configuration.proxy != nil, limits.addressPolicy != .any {
      return .neverSent(
        CallFailure(.forbiddenAddress, "no address policy can be kept through a proxy"))
    }
    return await withCheckedContinuation { continuation in
      let call = PendingCall(request: request, limits: limits, continuation: continuation)
      if !loop.submit(call) {
        continuation.resume(returning: .neverSent(Self.closed))
      }
    }
  }

  /// Ends every call under way at once, as never sent or sent without answer, label `shutdown`, and
  /// refuses every later one. To let calls finish, wait for them first.
  public func close() {
    loop.close()
  }
}
