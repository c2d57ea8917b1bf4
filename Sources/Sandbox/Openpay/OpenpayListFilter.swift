internal import HTTPServing
internal import JSONText

/// The parameters of lists (S001 "Listado de cargos", "Listado de clientes"; `order_id` and
/// `status`: Providers/Openpay/README 3.6). Unknown ones are ignored: the official Python SDK
/// repeats the customer's id there.
struct OpenpayListFilter {
  /// Of a date or an amount: `key`, `key[gte]`, `key[lte]`.
  private struct Bounds<Value: Comparable> {
    var equal: Value?
    var least: Value?
    var most: Value?

    init(_ query: Query, _ key: String, _ read: (String) -> Value?) throws(OpenpayError) {
      equal = try Self.value(query, key, read)
      least = try Self.value(query, "\(key)[gte]", read)
      most = try Self.value(query, "\(key)[lte]", read)
    }

    private static func value(
      _ query: Query, _ key: String, _ read: (String) -> Value?
    ) throws(OpenpayError) -> Value? {
      guard let text = query[key] else { return nil }
      guard let value = read(text) else { throw .badRequest("\(key) cannot be read") }
      return value
    }

    func fit(_ value: Value) -> Bool {
      value == equal ?? value && value >= least ?? value && value <= most ?? value
    }
  }

  /// Mexico City's dates, which compare as texts.
  private let creation: Bounds<String>
  /// Centavos.
  private let amount: Bounds<Int64>
  var orderID: String?
  /// In lower case: the pages spell it in upper case, objects in lower (Providers/Openpay/README
  /// 3.5).
  private let status: String?
  private let offset: Int
  private let limit: Int

  init(_ query: Query) throws(OpenpayError) {
    creation = try Bounds(query, "creation") {
      Instant("\($0)T00:00:00Z", .withOffset) == nil ? nil : $0
    }
    amount = try Bounds(query, "amount") { DecimalText.scaled($0, places: 2) }
    orderID = query["order_id"]
    status = query["status"]?.lowercased()
    offset = try Self.count(query, "offset", 0)
    limit = try Self.count(query, "limit", 10)
  }

  private static func count(
    _ query: Query, _ key: String, _ standard: Int
  ) throws(OpenpayError) -> Int {
    guard let text = query[key] else { return standard }
    guard TextForms.isDigits(text), let count = Int(text) else {
      throw .badRequest("\(key) must be a number")
    }
    return count
  }

  func fits(created instant: Instant) -> Bool { creation.fit(instant.date) }

  func fits(_ order: Order, status: String) -> Bool {
    fits(created: order.createdAt) && amount.fit(order.amount)
      && (orderID == nil || orderID == order.number) && (self.status ?? status) == status
  }

  func page<Item>(of items: some Sequence<Item>) -> [Item] {
    Array(items.dropFirst(offset).prefix(limit))
  }
}
