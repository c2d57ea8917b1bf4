internal import JSONText

/// The faults that wait to happen, in the order in which they were asked for.
struct FaultBook: Sendable {
  /// Ten years of the sandbox's clock.
  private static let seconds: ClosedRange<Int64> = 1...315_360_000

  private(set) var faults: [Fault] = []
  private var lastID = 0

  /// Reads `{kind, provider?, operation?, count?, after_seconds?, for_seconds?}` and what the kind
  /// needs.
  mutating func add(_ form: inout FormReader, at now: Instant) throws(FormFault) -> Fault {
    guard let kind: Fault.Kind = try form.optionalWord("kind") else { throw form.missing("kind") }
    let provider: Provider? = try Self.any(&form, "provider")
    let operation: Operation? = try Self.any(&form, "operation")
    if let operation, !kind.fits(operation) {
      throw form.malformed("operation", "\(operation.rawValue) cannot have \(kind.rawValue)")
    }
    let count = try form.optionalInteger("count", 1...1_000_000)
    let from = now.adding(seconds: try form.optionalInteger("after_seconds", Self.seconds) ?? 0)
    let length = try form.optionalInteger("for_seconds", Self.seconds)
    let detail = try Fault.Detail(of: kind, at: provider, &form)
    try form.end()
    lastID += 1
    let fault = Fault(
      id: lastID, provider: provider, operation: operation, kind: kind, detail: detail,
      left: count.map(Int.init), from: from, until: length.map { from.adding(seconds: $0) })
    faults.append(fault)
    return fault
  }

  /// Absent and `any` are the same.
  private static func any<Word: RawRepresentable & CaseIterable>(
    _ form: inout FormReader, _ key: String
  ) throws(FormFault) -> Word? where Word.RawValue == String {
    form.field(key)?.string == "any" ? nil : try form.optionalWord(key)
  }

  mutating func remove(_ id: Int) -> Bool {
    let count = faults.count
    faults.removeAll { $0.id == id }
    return faults.count < count
  }

  mutating func removeAll() { faults = [] }

  /// Removes those whose time is over.
  mutating func removeEnded(at now: Instant) {
    if faults.contains(where: { $0.isOver(at: now) }) { faults.removeAll { $0.isOver(at: now) } }
  }

  /// The first fault of each kind that changes how such things are written.
  mutating func takeSpellings(
    _ provider: Provider, _ operation: Operation, at now: Instant
  ) -> [Fault] {
    Fault.Kind.allCases.filter(\.isOfSpelling).compactMap { kind in
      take(provider, operation, at: now) { $0 == kind }
    }
  }

  /// The first fault that waits for such a call, counted down.
  mutating func take(
    _ provider: Provider, _ operation: Operation, at now: Instant,
    where isWanted: (Fault.Kind) -> Bool
  ) -> Fault? {
    let index = faults.firstIndex { fault in
      fault.happens(to: provider, operation, at: now) && isWanted(fault.kind)
    }
    guard let index else { return nil }
    let fault = faults[index]
    if let left = fault.left {
      faults[index].left = left - 1
      if left == 1 { faults.remove(at: index) }
    }
    return fault
  }
}
