public import Payins

/// SplitMix64: one seed decides everything.
public final class Dice: Entropy, @unchecked Sendable {  // each is used by one thread
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  public func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(next() & 0xFF) } }

  public func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  public func within(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }
  public func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
  /// - Parameter permille: of a thousand.
  public func chance(_ permille: Int) -> Bool { below(1000) < permille }
}
