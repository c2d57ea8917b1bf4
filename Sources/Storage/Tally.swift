/// How many there are, and the ids of the first of them.
public struct Tally<ID: Equatable & Sendable>: Equatable, Sendable {
  public var count: Int
  public var first: [ID]

  public init(count: Int, first: [ID]) {
    self.count = count
    self.first = first
  }
}
