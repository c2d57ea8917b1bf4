internal import JSONText

/// The fields of a customer, as registered or within a charge (S001 "Crear un nuevo cliente").
struct OpenpayCustomerForm: Sendable {
  /// The object's own fields, which the official Python SDK sends back with an update.
  private static let readOnly = [
    "id", "object", "creation_date", "status", "balance", "store", "clabe",
  ]
  private static let addressFields = [
    "line1", "line2", "line3", "postal_code", "state", "city", "country_code",
  ]

  let name: String
  let email: String
  let lastName: String?
  let phoneNumber: String?
  let externalID: String?
  let requiresAccount: Bool
  /// With every field of an address, null where it is not given.
  let address: JSONObject?

  /// - Parameter isUpdate: whether the object's own fields may be there, which then change nothing.
  init(_ form: inout FormReader, isUpdate: Bool = false) throws(FormFault) {
    name = try form.text("name", 1...100)
    email = try form.text("email", 1...100, where: TextForms.isEmail)
    lastName = try Self.optional("last_name", &form)
    phoneNumber = try Self.optional("phone_number", &form)
    externalID = try Self.optional("external_id", &form)
    requiresAccount = try form.optionalFlag("requires_account") ?? true
    address = try form.optionalObject("address", Self.address)
    if isUpdate {
      for key in Self.readOnly { _ = form.field(key) }
    }
  }

  /// An empty text is as good as none: S001's own examples send some.
  private static func optional(
    _ key: String, _ form: inout FormReader
  ) throws(FormFault) -> String? {
    let text = try form.optionalText(key, 0...100)
    return text?.isEmpty == true ? nil : text
  }

  /// S001 "Objeto Dirección".
  private static func address(_ form: inout FormReader) throws(FormFault) -> JSONObject {
    var address = JSONObject()
    for key in addressFields {
      if key == "line2" || key == "line3" {
        address[key] = JSON(try optional(key, &form))
      } else {
        address[key] = .string(try form.text(key, key == "country_code" ? 2...2 : 1...200))
      }
    }
    return address
  }

  /// Within a charge of the current shape.
  func json(at now: Instant) -> JSON {
    [
      "name": .string(name), "last_name": JSON(lastName), "email": .string(email),
      "phone_number": JSON(phoneNumber), "address": address.map(JSON.object) ?? .null,
      "creation_date": .string(now.mexico), "external_id": JSON(externalID), "clabe": nil,
    ]
  }
}

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
