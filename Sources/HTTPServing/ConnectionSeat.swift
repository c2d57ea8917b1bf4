internal import Synchronization

/// The place of one connection among all of a server's, over all loops.
final class ConnectionSeat: Sendable {
  /// A number that no other connection of the server has had.
  let number: UInt64
  /// Whom it is counted with.
  let address: NetworkAddress
  /// Of the reserve: its client gets what is vital, and nothing besides.
  let isSpare: Bool
  /// Which of the server's loops has it.
  let loop: Int
  let share: AddressShare
  private let since: Atomic<Int64>
  private let leaving = Atomic<Bool>(false)

  init(
    number: UInt64, address: NetworkAddress, isSpare: Bool, loop: Int, share: AddressShare,
    at now: Int64
  ) {
    self.number = number
    self.address = address
    self.isSpare = isSpare
    self.loop = loop
    self.share = share
    since = Atomic(now)
  }

  /// Since when its client is waited for, in milliseconds of the loops' clock; nil while a handler
  /// works for it.
  var waitingSince: Int64? {
    get {
      let since = since.load(ordering: .relaxed)
      return since == .max ? nil : since
    }
    set { since.store(newValue ?? .max, ordering: .relaxed) }
  }

  /// Chosen to give way and counted out; its loop may not know it yet.
  var isLeaving: Bool {
    get { leaving.load(ordering: .relaxed) }
    set { leaving.store(newValue, ordering: .relaxed) }
  }
}

/// What one address has of a server.
final class AddressShare: Sendable {
  /// Whether it is: a trusted proxy speaks for many.
  let isBounded: Bool
  /// Bytes of requests that are not complete.
  let heldBytes = Atomic<Int>(0)

  init(isBounded: Bool) { self.isBounded = isBounded }
}

/// Those of some seats whose clients have been waited for longest, first of all the longest. Looks
/// at all of them once for many answers: nobody who begins to wait later can be before those who
/// waited at that look and wait still.
struct WaitingLine {
  private static let length = 64

  private var longest: [(since: Int64, seat: ConnectionSeat)] = []

  mutating func takeFirst(of seats: some Collection<ConnectionSeat>) -> ConnectionSeat? {
    if let seat = takeKnown() { return seat }
    longest = seats.compactMap { seat in
      seat.isLeaving ? nil : seat.waitingSince.map { (since: $0, seat: seat) }
    }
    // Those that began in the same millisecond go in the order in which they came.
    longest.sort { ($1.since, $1.seat.number) < ($0.since, $0.seat.number) }
    longest.removeFirst(max(0, longest.count - Self.length))
    return takeKnown()
  }

  private mutating func takeKnown() -> ConnectionSeat? {
    while let (since, seat) = longest.popLast() {
      if seat.waitingSince == since, !seat.isLeaving { return seat }
    }
    return nil
  }
}
