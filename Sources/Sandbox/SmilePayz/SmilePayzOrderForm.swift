internal import JSONText

/// The body of `/v2.0/transaction/pay-in` (S003, Providers/SmilePayz/README 1.5).
struct SmilePayzOrderForm {
  static let amounts: ClosedRange<Int64> = 100...999_999_999
  /// One hour, where the request does not say.
  private static let standardExpiry: Int64 = 3_600
  /// Mexico's in older pages and demos (Providers/SmilePayz/README 1.5).
  private static let area: Int64 = 14

  let orderNo: String
  /// In the account's unit.
  let amount: Int64
  let expirySeconds: Int64
  let callbackURL: String?
  /// What the merchant says of itself, to be repeated.
  let merchantName: String?
  let subMerchantID: String?
  let subMerchantName: String?
  let payerName: String?

  init(_ form: inout FormReader) throws(FormFault) {
    orderNo = try form.text("orderNo", 6...32, where: TextForms.isAlphanumeric)
    _ = try form.text("purpose", 1...64)
    (merchantName, subMerchantID, subMerchantName) = try form.object("merchant") {
      merchant throws(FormFault) in
      _ = try merchant.text("merchantId", 1...64) { $0 == SandboxCredentials.smilepayzMerchant }
      return (
        try merchant.optionalText("merchantName", 1...256),
        try merchant.optionalText("subMerchantId", 1...64),
        try merchant.optionalText("subMerchantName", 1...256)
      )
    }
    amount = try form.object("money") { money throws(FormFault) in
      _ = try money.text("currency", 3...3) { $0 == "MXN" }
      return try money.integer("amount", Self.amounts)
    }
    _ = try form.text("paymentMethod", 1...32) { $0 == "SPEI" }
    expirySeconds = try form.optionalInteger("expiryPeriod", 1...86_400) ?? Self.standardExpiry
    _ = try form.optionalText("redirectUrl", 1...256, where: TextForms.isWebAddress)
    callbackURL = try form.optionalText("callbackUrl", 1...256, where: TextForms.isWebAddress)
    _ = try form.optionalInteger("area", Self.area...Self.area)
    // In the older page, and in the newer page's callback.
    payerName =
      try form.optionalObject("payer") { payer throws(FormFault) in
        try payer.optionalText("name", 1...256)
      } ?? nil
  }
}
