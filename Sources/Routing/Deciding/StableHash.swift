import Payins

/// Chance that a pay-in id decides: FNV-1a over the id's UTF-8 bytes, finished as SplitMix64 does.
/// Both are fixed for ever, so that a repeat chooses as the first time did, on every machine and
/// in every later version.
struct StableHash {
  /// What is drawn; each purpose draws independently of the others.
  enum Purpose: UInt64 {
    case split = 0
    case explore = 1
    case explored = 2
  }

  private let seed: UInt64

  init(_ id: PayinID) { self.init(id.text) }

  init(_ text: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    seed = hash
  }

  /// A number of 0..<`bound`, evenly spread over ids; 0 for a bound below 1.
  func draw(_ bound: Int64, for purpose: Purpose) -> Int64 {
    guard bound > 0 else { return 0 }
    return Int64(value(for: purpose).multipliedFullWidth(by: UInt64(bound)).high)
  }

  func value(for purpose: Purpose) -> UInt64 {
    var mixed = seed &+ (purpose.rawValue &+ 1) &* 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
