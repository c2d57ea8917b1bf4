internal import JSONText

/// The body of `/api/payIn` (S002 "Create Payin Order", Providers/CashyPay/README 2.4).
struct CashyPayOrderForm {
  /// In pesos.
  private static let amounts: ClosedRange<Int64> = 40...15_000

  let payType: CashyPayType
  /// Centavos.
  let amount: Int64
  let mchOrderNo: String
  let expireSeconds: Int64
  let notifyURL: String

  init(_ form: inout FormReader) throws(FormFault) {
    _ = try form.text("currency", 3...32) { $0 == "MXN" }
    payType = try Self.payType(&form)
    amount = try form.integer("amount", Self.amounts) * 100
    guard try !form.flag("reusableStatus") else {
      throw form.malformed("reusableStatus", "can only be false")
    }
    mchOrderNo = try form.text("mchOrderNo", 1...32, where: TextForms.isPrintableASCII)
    expireSeconds = try form.integer("expireTime", 1...180 * 86_400)
    notifyURL = try form.text("notifyUrl", 1...250) { WebAddress($0)?.isReachable ?? false }
    _ = try form.text("nonceStr", 1...32)
    // English, or Spanish without accents (Providers/CashyPay/README 2.4).
    _ = try form.text("remark", 1...32, where: TextForms.isPrintableASCII)
    _ = try form.text("realName", 1...32)
    _ = try form.text("phone", 1...32)
    _ = try form.text("email", 1...32, where: TextForms.isEmail)
    _ = try form.optionalText("goodsSubject", 0...32)
    _ = try form.optionalText("goodsBody", 0...32)
  }

  /// Samples of the newer pages send it as text (Providers/CashyPay/README 2.4).
  private static func payType(_ form: inout FormReader) throws(FormFault) -> CashyPayType {
    guard let value = form.field("payType") else { throw form.missing("payType") }
    let type = CashyPayType.allCases.first { type in
      value.int64 == type.rawValue || value.string == String(type.rawValue)
    }
    guard let type else {
      let known = CashyPayType.allCases.map { String($0.rawValue) }.joined(separator: " or ")
      throw form.malformed("payType", "must be \(known)")
    }
    return type
  }
}
