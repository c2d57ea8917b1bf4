/// Finds what looks like a payment card's number: the gateway neither takes nor stores any.
enum CardNumbers {
  /// 13 to 19 digits, single spaces or hyphens between them, of a card network's range, with a
  /// valid Luhn check digit.
  static func occur(in text: String) -> Bool {
    var run: [Int] = []
    var gap = false
    for byte in text.utf8 {
      if (48...57).contains(byte) {
        run.append(Int(byte) - 48)
        gap = false
      } else if (byte == 32 || byte == 45) && !run.isEmpty && !gap {
        gap = true
      } else {
        if isCard(run) { return true }
        run = []
        gap = false
      }
    }
    return isCard(run)
  }

  private static func isCard(_ digits: [Int]) -> Bool {
    guard (13...19).contains(digits.count) else { return false }
    let four = digits.prefix(4).reduce(0) { $0 * 10 + $1 }
    let isNetwork =
      switch four {
      case 4000...4999: [13, 16, 19].contains(digits.count)
      case 5100...5599, 2221...2720: digits.count == 16
      case 3400...3499, 3700...3799: digits.count == 15
      case 6011, 6440...6599: digits.count == 16
      default: false
      }
    guard isNetwork else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, item in
      guard item.offset % 2 == 1 else { return sum + item.element }
      let doubled = item.element * 2
      return sum + (doubled > 9 ? doubled - 9 : doubled)
    }
    return sum % 10 == 0
  }
}
