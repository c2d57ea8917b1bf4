/// What a server has to do with, and what it had to turn away since it started.
public struct HTTPServerFigures: Sendable, Equatable {
  /// Connections that are open now.
  public var open = 0
  /// Connections that gave way to a new one, because all or an address's share were taken.
  public var gaveWay: Int64 = 0
  /// Connections that got a place of the reserve, because everybody else was being served.
  public var spared: Int64 = 0
  /// Connections that were closed at once, because the reserve was taken too.
  public var refused: Int64 = 0
  /// Requests that were refused because too many half-sent ones were held.
  public var refusedBodies: Int64 = 0
  /// Bytes of requests that are not complete now.
  public var heldBytes = 0

  public init() {}
}
