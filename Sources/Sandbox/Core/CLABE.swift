/// Mexico's 18-digit account numbers (Providers/README 5.1).
enum CLABE {
  /// Of the first 17 digits: weights 3, 7, 1, each product modulo 10.
  static func checkDigit(of digits: String) -> Int {
    let sum = zip(digits.utf8.prefix(17), 0...).reduce(0) { sum, item in
      sum + Int(item.0 - UInt8(ascii: "0")) * [3, 7, 1][item.1 % 3] % 10
    }
    return (10 - sum % 10) % 10
  }
}
