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
