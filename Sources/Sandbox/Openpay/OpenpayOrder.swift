internal import JSONText

/// What Openpay knows of a charge beside the common facts (S001 "Objeto Transacción").
struct OpenpayOrder: Sendable {
  enum Method: String, Sendable {
    case store
    case bank = "bank_account"
  }

  /// Who owns a charge: it is read where it was made (Providers/Openpay/README 3.2).
  enum Owner: Equatable {
    case merchant
    case customer(String)
  }

  let method: Method
  let owner: Owner
  /// The inline customer, as the charge shows it.
  let customer: JSON?
  let description: String
  let paymentMethod: JSONObject
  let shape: OpenpayState.Shape
  /// Nil until it is paid.
  var authorization: String?
  var errorMessage: String?
}

extension OpenpayOrder {
  /// Nil for a charge of the merchant.
  private var customerID: String? { if case .customer(let id) = owner { id } else { nil } }

  static func amount(_ centavos: Int64) -> JSON { .number(.decimal(centavos, places: 2)) }

  /// The provider's word for a status. Expiry is a cancellation (Providers/Openpay/README 3.9).
  static func word(_ status: Order.Status) -> String {
    switch status {
    case .open: "in_progress"
    case .paid: "completed"
    case .failed: "failed"
    case .expired, .cancelled: "cancelled"
    case .refunded: "refunded"
    case .chargedBack: "chargeback_accepted"
    }
  }

  /// Null for an order that is not Openpay's.
  static func json(_ order: Order) -> JSON {
    (order.detail as? OpenpayOrder)?.json(order) ?? .null
  }

  private func json(_ order: Order) -> JSON {
    switch shape {
    case .seed: .object(seedObject(order))
    case .current: .object(currentObject(order))
    }
  }

  /// As S001 prints it.
  private func seedObject(_ order: Order) -> JSONObject {
    var object: JSONObject = [
      "id": .string(order.key.id), "amount": Self.amount(order.amount),
      "authorization": JSON(authorization), "method": .string(method.rawValue),
      "operation_type": "in", "transaction_type": "charge",
      "status": .string(Self.word(order.status)), "currency": "MXN",
      "creation_date": .string(order.createdAt.mexico),
      "operation_date": .string(order.changedAt.mexico),
    ]
    object["due_date"] = order.expiresAt.map { .string($0.mexico) }
    object["description"] = .string(description)
    object["error_message"] = JSON(errorMessage)
    object["order_id"] = JSON(order.number)
    object["customer_id"] = JSON(customerID)
    object["payment_method"] = .object(paymentMethod)
    return object
  }

  /// With what later objects have (Providers/Openpay/README 3.4, 3.9).
  private func currentObject(_ order: Order) -> JSONObject {
    var object: JSONObject = [
      "id": .string(order.key.id), "authorization": JSON(authorization),
      "operation_type": "in", "transaction_type": "charge",
      "status": .string(Self.word(order.status)), "conciliated": false,
      "creation_date": .string(order.createdAt.mexico),
      "operation_date": .string(order.changedAt.mexico), "description": .string(description),
      "error_message": JSON(errorMessage), "order_id": JSON(order.number),
    ]
    object["due_date"] = order.expiresAt.map { .string($0.mexico) }
    object["amount"] = Self.amount(order.amount)
    object["currency"] = "MXN"
    if let customer { object["customer"] = customer }
    if let customerID { object["customer_id"] = .string(customerID) }
    object["payment_method"] = .object(paymentMethod)
    object["method"] = .string(method.rawValue)
    if order.status == .paid { object["fee"] = fee(of: order.amount) }
    return object
  }

  /// 2.9 % and 2.50 pesos for a store, 8 pesos for a transfer, and 16 % VAT: an invented tariff.
  private func fee(of amount: Int64) -> JSON {
    let fee = method == .store ? (amount * 29 + 500) / 1_000 + 250 : 800
    return [
      "amount": Self.amount(fee),
      "tax": Self.amount((fee * 16 + 50) / 100), "currency": "MXN",
    ]
  }
}
