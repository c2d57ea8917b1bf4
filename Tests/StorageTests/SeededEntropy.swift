import Payins
import Synchronization

/// SplitMix64: the same seed gives the same identifiers.
final class SeededEntropy: Entropy {
  private let state: Mutex<UInt64>

  init(seed: UInt64) { state = Mutex(seed) }

  func bytes(_ count: Int) -> [UInt8] {
    state.withLock { state in
      (0..<count).map { _ in
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
      }
    }
  }
}

extension SeededEntropy: RandomNumberGenerator {
  func next() -> UInt64 { bytes(8).reduce(0) { $0 << 8 | UInt64($1) } }
}
