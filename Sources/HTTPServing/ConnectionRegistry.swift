internal import Synchronization

/// Who has a connection, over all loops, and who may have one more.
///
/// Where all are taken, the client that is waited for longest gives way to the new one: somebody
/// who does nothing with a connection keeps nobody out. The same holds within an address's share.
/// Where everybody is being served, the new one gets a place of the reserve, for what is vital.
final class ConnectionRegistry: Sendable {
  enum Admission {
    case admitted(ConnectionSeat, insteadOf: ConnectionSeat?)
    case refused
  }

  private let limits: HTTPLimits
  private let state = Mutex(State())
  /// Bytes of requests that are not complete, of all addresses.
  let heldBytes = Atomic<Int>(0)
  let refusedBodies = Atomic<Int64>(0)

  init(_ limits: HTTPLimits) { self.limits = limits }

  /// - Parameters:
  ///   - isBounded: whether the address's share is.
  ///   - loop: which is to have the connection.
  ///   - now: in milliseconds of the loops' clock.
  func admit(
    _ address: NetworkAddress, isBounded: Bool, to loop: Int, at now: Int64
  ) -> Admission {
    let address = address.counted
    return state.withLock { state in
      let isShareTaken =
        isBounded && state.count(of: address) >= limits.connectionsPerAddress
      var leaver: ConnectionSeat?
      var isSpare = false
      if isShareTaken || state.count >= limits.connections {
        leaver = isShareTaken ? state.takeWaiting(of: address) : state.takeWaiting()
        isSpare = leaver == nil
      }
      if isSpare, state.spareCount >= limits.spareConnections {
        leaver = state.takeWaitingSpare()
        guard leaver != nil else {
          state.figures.refused += 1
          return .refused
        }
      }
      if let leaver { state.countOut(leaver) }
      if leaver?.isSpare == false { state.figures.gaveWay += 1 }
      if isSpare { state.figures.spared += 1 }
      let seat = ConnectionSeat(
        number: state.nextNumber(), address: address, isSpare: isSpare, loop: loop,
        share: state.share(of: address, isBounded: isBounded), at: now)
      state.add(seat)
      return .admitted(seat, insteadOf: leaver)
    }
  }

  /// The connection is closed.
  func leave(_ seat: ConnectionSeat) {
    state.withLock { state in
      if !seat.isLeaving { state.countOut(seat) }
      state.remove(seat)
    }
  }

  /// A connection that was to give way is at work again and stays.
  func stays(_ seat: ConnectionSeat) {
    state.withLock { state in
      if seat.isLeaving { state.countIn(seat) }
    }
  }

  /// Connections that are open, those of the reserve and those about to be closed included.
  var open: Int { state.withLock { $0.seats.count + $0.spares.count } }

  var figures: HTTPServerFigures {
    var figures = state.withLock { state in
      var figures = state.figures
      figures.open = state.seats.count + state.spares.count
      return figures
    }
    figures.refusedBodies = refusedBodies.load(ordering: .relaxed)
    figures.heldBytes = heldBytes.load(ordering: .relaxed)
    return figures
  }

  private struct Group {
    let share: AddressShare
    var seats: [UInt64: ConnectionSeat] = [:]
    /// Without those that are leaving.
    var count = 0
    var line = WaitingLine()
  }

  private struct State {
    private var groups: [NetworkAddress: Group] = [:]
    private(set) var seats: [UInt64: ConnectionSeat] = [:]
    private(set) var spares: [UInt64: ConnectionSeat] = [:]
    /// Without those that are leaving, as the next.
    private(set) var count = 0
    private(set) var spareCount = 0
    private var line = WaitingLine()
    private var lastNumber: UInt64 = 0
    var figures = HTTPServerFigures()

    func count(of address: NetworkAddress) -> Int { groups[address]?.count ?? 0 }

    mutating func takeWaiting(of address: NetworkAddress) -> ConnectionSeat? {
      guard let seats = groups[address]?.seats else { return nil }
      // One of the reserve is nobody's share: for it no other gets a place outside the reserve.
      return groups[address]?.line.takeFirst(of: seats.values.lazy.filter { !$0.isSpare })
    }

    mutating func takeWaiting() -> ConnectionSeat? { line.takeFirst(of: seats.values) }

    func takeWaitingSpare() -> ConnectionSeat? {
      var line = WaitingLine()
      return line.takeFirst(of: spares.values)
    }

    mutating func nextNumber() -> UInt64 {
      lastNumber += 1
      return lastNumber
    }

    mutating func share(of address: NetworkAddress, isBounded: Bool) -> AddressShare {
      if let group = groups[address] { return group.share }
      let share = AddressShare(isBounded: isBounded)
      groups[address] = Group(share: share)
      return share
    }

    mutating func add(_ seat: ConnectionSeat) {
      // The share stays as long as any connection of the address does.
      groups[seat.address]?.seats[seat.number] = seat
      if seat.isSpare { spares[seat.number] = seat } else { seats[seat.number] = seat }
      countIn(seat)
    }

    mutating func remove(_ seat: ConnectionSeat) {
      groups[seat.address]?.seats[seat.number] = nil
      if groups[seat.address]?.seats.isEmpty == true { groups[seat.address] = nil }
      if seat.isSpare { spares[seat.number] = nil } else { seats[seat.number] = nil }
    }

    mutating func countIn(_ seat: ConnectionSeat) {
      seat.isLeaving = false
      count(seat, 1)
    }

    mutating func countOut(_ seat: ConnectionSeat) {
      seat.isLeaving = true
      count(seat, -1)
    }

    private mutating func count(_ seat: ConnectionSeat, _ change: Int) {
      guard !seat.isSpare else { return spareCount += change }
      count += change
      groups[seat.address]?.count += change
    }
  }
}
