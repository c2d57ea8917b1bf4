public import Payins

/// One seed decides everything.
public final class Dice: Entropy, @unchecked Sendable {  // each is used by one thread
  private var random: SeededRandom

  public init(seed: UInt64) { random = SeededRandom(seed: seed) }

  public func next() -> UInt64 { random.next() }

  public func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next() & 0xFF) } }

  public func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  public func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }
  public func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
  /// - Parameter permille: of a thousand.
  public func chance(_ permille: Int) -> Bool { below(1000) < permille }
}
