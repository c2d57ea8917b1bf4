/// Where and how a server listens.
public struct HTTPServerConfiguration: Sendable {
  /// A name or a numeric address.
  public var host = "127.0.0.1"
  /// 0 takes a free port, which `start` tells.
  public var port = 8080
  /// For HTTPS; nil for plain HTTP.
  public var tls: TLSFiles?
  /// Event loops, each a thread; by default one per core.
  public var loops: Int
  public var limits = HTTPLimits()
  /// Whose `X-Forwarded-For` or `Forwarded` is believed.
  public var trustedProxies: [AddressRange] = []
  /// Judges a request by its head, before the body is read and before `100 Continue` is said; nil
  /// lets it come. Asked only where the body has not come with the head: the handler judges all.
  /// Called on a loop's thread: must not wait.
  public var judge: @Sendable (Request) -> Response? = { _ in nil }
  /// Whether requests for the path are answered where everybody else's must wait.
  public var isVital: @Sendable (String) -> Bool = { _ in false }
  public var deadlines = HTTPDeadlines()
  /// Seconds since 1970, for `Date`.
  public var unixSeconds: @Sendable () -> Int64 = { SystemCall.unixSeconds() }
  /// That many random bytes, for request ids. Called on a loop's thread: must not wait.
  public var randomBytes: @Sendable (Int) -> [UInt8] = { count in
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    while bytes.count < count {
      let word = generator.next()
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    return Array(bytes.prefix(count))
  }
  /// Hears of what goes wrong while serving: accepting that fails, headers that cannot be sent.
  /// Called on loops' threads and in handlers' tasks: must not wait.
  public var onFault: @Sendable (HTTPServerFault) -> Void = { _ in }

  public init(host: String = "127.0.0.1", port: Int = 8080) {
    self.host = host
    self.port = port
    loops = SystemCall.coreCount()
  }
}

/// How much a client may send; the status that answers more stands at each.
public struct HTTPLimits: Sendable, Equatable {
  /// Bytes of a request target (414).
  public var targetBytes = 8_192
  /// Bytes of a header section, its line ends included (431); trailers count anew.
  public var headerBytes = 16_384
  /// Fields of a header section (431); trailers count anew.
  public var headerCount = 100
  /// Bytes of a body without its transfer coding (413).
  public var bodyBytes = 65_536
  /// Bytes of all chunk extensions of one body (400).
  public var chunkExtensionBytes = 1_024
  /// Bytes of all requests together that have begun and are not complete (503); an address may
  /// have a quarter of them.
  public var heldBytes = 64 << 20
  /// Requests of one connection that are being handled or wait to be answered in their order;
  /// beyond it the connection is not read.
  public var pipelinedRequests = 4
  /// Open connections; for one more the client that is waited for longest gives way.
  public var connections = 10_000
  /// Connections of one IPv4 address or one IPv6 /64 network, trusted proxies excepted; likewise.
  public var connectionsPerAddress = Int.max
  /// Connections beyond these while everybody is being served: only vital requests are answered on
  /// them, the others with 503.
  public var spareConnections = 16

  public init() {}
}

/// How long a client may take, in milliseconds. Each is absolute: a byte now and then wins nothing.
public struct HTTPDeadlines: Sendable, Equatable {
  /// The TLS handshake, from the connection's start; then it is closed.
  public var handshakeMilliseconds: Int64 = 10_000
  /// The head of a request, from its first byte (408).
  public var headerMilliseconds: Int64 = 10_000
  /// The body of a request, from the end of its head (408).
  public var bodyMilliseconds: Int64 = 30_000
  /// Until the first byte of a first or next request; then the connection is closed.
  public var idleMilliseconds: Int64 = 75_000
  /// Taking all of what is to be sent or 64 KiB of it; then the connection is closed.
  public var writeMilliseconds: Int64 = 30_000
  /// From our last byte until the client closes too: what it still sends is read and dropped, lest
  /// the answer be lost to a reset (RFC 9112 section 9.6).
  public var lingerMilliseconds: Int64 = 2_000
  /// The same for a server that stops: a client that keeps idle connections does not hold it up.
  public var drainLingerMilliseconds: Int64 = 200

  public init() {}
}

/// Files for inbound TLS, in PEM.
public struct TLSFiles: Sendable, Equatable {
  /// The server's certificate, then its chain.
  public var certificate: String
  /// The private key, without a password.
  public var key: String
  /// The authorities of clients' certificates; nil asks no client for one.
  public var clientAuthorities: String?

  public init(certificate: String, key: String, clientAuthorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
  }

  public var all: [String] { [certificate, key] + (clientAuthorities.map { [$0] } ?? []) }
}
