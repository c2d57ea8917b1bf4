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
  /// Requests of one connection that are being handled or wait to be answered in their order;
  /// beyond it the connection is not read.
  public var pipelinedRequests = 16
  /// Open connections; one more is accepted and closed at once.
  public var connections = 10_000

  public init() {}
}
