/// BBVA's account of Openpay, which takes transfers for many merchants: the agreement and a
/// 20-digit concept tell them apart (Providers/Openpay/README 3.4). CashyPay's centralised mode
/// names the same agreement (Providers/CashyPay/README 2.5).
enum SharedAccount {
  static let bank = "BBVA Bancomer"
  static let agreement = "1411217"
  static let clabe = "012914002014112176"
}
