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
