/// The orders of all providers, found by whatever names them.
struct Ledger: Sendable {
  private var orders: RecordTable<OrderKey, Order>
  /// By the bytes of the name: canonically equivalent names are different ones.
  private var addresses: [[UInt8]: [OrderKey]] = [:]
  private var expiries = DueQueue<OrderKey>()
  private let capacity: Int

  /// - Parameter capacity: with more orders than that, the oldest closed ones are forgotten.
  init(capacity: Int) {
    self.capacity = capacity
    orders = RecordTable(capacity: capacity)
  }

  /// Nil for an order that is not here. Removing is not for the outside.
  subscript(key: OrderKey) -> Order? {
    get { orders[key] }
    set { if let newValue { orders[key] = newValue } }
  }

  mutating func insert(_ order: Order) {
    let key = order.key
    orders[key] = order
    for address in Set(order.addresses.map { Array($0.utf8) }) {
      addresses[address, default: []].append(key)
    }
    if let expiresAt = order.expiresAt { expiries.add(key, at: expiresAt) }
    for order in orders.forgetOldest(max(1, capacity / 10), where: { $0.status != .open }) {
      for address in order.addresses.map({ Array($0.utf8) }) {
        addresses[address]?.removeAll { $0 == order.key }
        if addresses[address]?.isEmpty == true { addresses[address] = nil }
      }
    }
  }

  /// Lets an order be found by one more name.
  mutating func alias(_ address: String, to key: OrderKey) {
    addresses[Array(address.utf8), default: []].append(key)
    orders[key]?.addresses.append(address)
  }

  /// The orders of that name, oldest first.
  func orders(named address: String, of provider: ProviderName? = nil) -> [Order] {
    (addresses[Array(address.utf8)] ?? []).compactMap { key in
      provider == nil || key.provider == provider ? orders[key] : nil
    }
  }

  /// Those of them that queries show.
  func shown(named address: String, of provider: ProviderName) -> [Order] {
    orders(named: address, of: provider).filter { !$0.isHidden }
  }

  func isUsed(_ address: String) -> Bool { addresses[Array(address.utf8)] != nil }

  /// All orders, newest first, as they are asked for.
  var newestFirst: some Sequence<Order> { orders.newestFirst }

  /// All orders, oldest first.
  var oldestFirst: [Order] { Array(orders.oldestFirst) }

  var nextExpiry: Instant? { expiries.next }

  /// An open order whose time has come.
  mutating func takeExpired(at now: Instant) -> Order? {
    while let key = expiries.takeDue(at: now) {
      if let order = orders[key], order.status == .open { return order }
    }
    return nil
  }
}
