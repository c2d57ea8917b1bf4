/// The orders of all providers, found by whatever names them.
struct Ledger: Sendable {
  private var orders: [OrderKey: Order] = [:]
  /// Oldest first.
  private var sequence: [OrderKey] = []
  /// By the bytes of the name: canonically equivalent names are different ones.
  private var addresses: [[UInt8]: [OrderKey]] = [:]
  private var expiries = DueQueue<OrderKey>()
  private let capacity: Int

  /// - Parameter capacity: with more orders than that, the oldest closed ones are forgotten.
  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Nil for an order that is not here. Removing is not for the outside.
  subscript(key: OrderKey) -> Order? {
    get { orders[key] }
    set { if let newValue { orders[key] = newValue } }
  }

  mutating func insert(_ order: Order) {
    let key = order.key
    orders[key] = order
    sequence.append(key)
    for address in Set(order.addresses.map { Array($0.utf8) }) {
      addresses[address, default: []].append(key)
    }
    if let expiresAt = order.expiresAt { expiries.add(key, at: expiresAt) }
    if sequence.count > capacity { forgetOldest() }
  }

  /// Lets an order be found by one more name.
  mutating func alias(_ address: String, to key: OrderKey) {
    addresses[Array(address.utf8), default: []].append(key)
    orders[key]?.addresses.append(address)
  }

  /// The orders of that name, oldest first.
  func orders(named address: String, of provider: Provider? = nil) -> [Order] {
    (addresses[Array(address.utf8)] ?? []).compactMap { key in
      provider == nil || key.provider == provider ? orders[key] : nil
    }
  }

  /// Those of them that queries show.
  func shown(named address: String, of provider: Provider) -> [Order] {
    orders(named: address, of: provider).filter { !$0.isHidden }
  }

  func isUsed(_ address: String) -> Bool { addresses[Array(address.utf8)] != nil }

  /// All orders, newest first, as they are asked for.
  var newestFirst: some Sequence<Order> { sequence.reversed().lazy.compactMap { orders[$0] } }

  /// All orders, oldest first.
  var oldestFirst: [Order] { sequence.compactMap { orders[$0] } }

  var nextExpiry: Instant? { expiries.next }

  /// An open order whose time has come.
  mutating func takeExpired(at now: Instant) -> Order? {
    while let key = expiries.takeDue(at: now) {
      if let order = orders[key], order.status == .open { return order }
    }
    return nil
  }

  /// A tenth at once, so that the walk over the open ones is rare.
  private mutating func forgetOldest() {
    var left = max(1, capacity / 10)
    sequence.removeAll { key in
      guard left > 0, let order = orders[key], order.status != .open else { return false }
      left -= 1
      orders[key] = nil
      for address in order.addresses.map({ Array($0.utf8) }) {
        addresses[address]?.removeAll { $0 == key }
        if addresses[address]?.isEmpty == true { addresses[address] = nil }
      }
      return true
    }
  }
}
