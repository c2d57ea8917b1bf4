/// The faults that wait to happen, in the order in which they were asked for.
struct FaultList: Sendable {
  private(set) var faults: [Fault] = []
  private var lastID = 0

  /// Gives the fault as it waits, with its number.
  mutating func add(_ fault: Fault) -> Fault {
    lastID += 1
    var fault = fault
    fault.id = lastID
    faults.append(fault)
    return fault
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

  /// The first fault that waits for such a call, counted down.
  mutating func take(
    _ provider: ProviderName, _ operation: Operation, at now: Instant,
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

  /// What the first fault of each kind makes of how such things are written; nil where none does.
  mutating func takeSpelling(
    _ provider: ProviderName, _ operation: Operation, at now: Instant
  ) -> Spelling? {
    var spelling: Spelling?
    for kind in Fault.Kind.allCases where kind.isOfSpelling {
      guard let fault = take(provider, operation, at: now, where: { $0 == kind }) else { continue }
      var changed = spelling ?? Spelling()
      switch (kind, fault.detail) {
      case (.latin1, _): changed.isLatin1 = true
      case (.byteOrderMark, _): changed.hasByteOrderMark = true
      case (_, .dates(let form, let digits)): changed.dates = (form, digits)
      case (_, .noise(let form)): changed.noise = form
      case (_, .amount(let centavos)): changed.amount = centavos
      default: break
      }
      spelling = changed
    }
    return spelling
  }
}
