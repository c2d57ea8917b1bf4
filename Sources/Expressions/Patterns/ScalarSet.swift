/// A set of code points.
struct ScalarSet: Sendable, Equatable {
  private(set) var ranges: [ClosedRange<UInt32>]
  /// General categories all of whose code points are in the set too.
  private(set) var categories: Set<Unicode.GeneralCategory>
  /// Negated sets all of whose code points are in the set too.
  private(set) var complements: [ScalarSet] = []
  var isNegated = false
  var ignoresCase = false

  init(_ ranges: [ClosedRange<UInt32>], categories: Set<Unicode.GeneralCategory> = []) {
    self.ranges = ranges
    self.categories = categories
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

  /// Takes in the code points of a class inside a class.
  mutating func formUnion(_ other: ScalarSet) {
    if !other.isNegated {
      ranges += other.ranges
      categories.formUnion(other.categories)
    } else if !complements.contains(other) {
      complements.append(other)
    }
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

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    (includes(scalar) || complements.contains { $0.contains(scalar) }) != isNegated
  }

  /// Whether a scalar is in the set in any of its cases.
  func contains(_ forms: CaseForms) -> Bool {
    let isMember =
      includes(forms.own) || includes(forms.uppercase) || includes(forms.lowercase)
      || includes(forms.folded) || complements.contains { $0.contains(forms) }
    return isMember != isNegated
  }

  private func includes(_ scalar: Unicode.Scalar) -> Bool {
    if !categories.isEmpty, categories.contains(scalar.properties.generalCategory) { return true }
    let value = scalar.value
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(value)
  }
}
