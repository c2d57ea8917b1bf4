/// A set of code points.
struct ScalarSet: Sendable, Equatable {
  private(set) var ranges: [ClosedRange<UInt32>]
  var isNegated = false
  var ignoresCase = false

  init(_ ranges: [ClosedRange<UInt32>]) {
    self.ranges = ranges
  }

  static let digit = ScalarSet([0x30...0x39])
  static let space = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let newline = ScalarSet([0x0A...0x0A])
  static let all = ScalarSet([0...0x10FFFF])

  var negated: ScalarSet {
    var set = self
    set.isNegated.toggle()
    return set
  }

  /// Sorts and joins the ranges, so that looking for a code point takes few steps.
  mutating func normalize() {
    var joined: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    ranges = joined
  }

  /// The ranges with those of the code points that are not in the set, for a class inside a class.
  var plainRanges: [ClosedRange<UInt32>] {
    guard isNegated else { return ranges }
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if next < range.lowerBound { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return gaps
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    includes(scalar.value) != isNegated
  }

  /// Whether a scalar is in the set in any of its cases.
  func contains(_ forms: CaseForms) -> Bool {
    let isMember =
      includes(forms.own.value) || includes(forms.uppercase.value)
      || includes(forms.lowercase.value) || includes(forms.folded.value)
    return isMember != isNegated
  }

  private func includes(_ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(value)
  }
}
