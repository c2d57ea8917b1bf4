internal import JSONText

/// A registered customer (S001 "Objeto Cliente").
struct OpenpayCustomer: Sendable {
  let id: String
  let createdAt: Instant
  var form: OpenpayCustomerForm
  /// As the first form said: an update does not change it.
  let hasAccount: Bool
  let externalID: String?
  /// For deposits at stores; the sandbox shows it, but takes no deposits.
  let reference: String
  let clabe: String
  let barcodeURL: String

  var json: JSON {
    var object: JSONObject = [
      "id": .string(id), "creation_date": .string(createdAt.mexico), "name": .string(form.name),
      "last_name": JSON(form.lastName), "email": .string(form.email),
      "phone_number": JSON(form.phoneNumber), "external_id": JSON(externalID),
    ]
    // S001's examples show both only for customers with an account.
    if hasAccount {
      object["status"] = "active"
      object["balance"] = OpenpayOrder.amount(0)
    }
    object["address"] = form.address.map(JSON.object) ?? .null
    object["store"] = ["reference": .string(reference), "barcode_url": .string(barcodeURL)]
    object["clabe"] = .string(clabe)
    return .object(object)
  }
}
