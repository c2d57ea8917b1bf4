/// What the payer needs to pay. Texts are shown as the provider gave them.
public indirect enum Instructions: Equatable, Sendable {
  case spei(SPEIInstructions)
  case store(StoreInstructions)

  public var method: Method {
    switch self {
    case .spei: .spei
    case .store: .store
    }
  }
}

public struct SPEIInstructions: Equatable, Sendable {
  /// 18 digits, as text: leading zeros matter.
  public var clabe: String
  public var bank: String?
  public var beneficiary: String?
  /// The transfer's numeric reference, at most 7 digits.
  public var reference: String?
  /// The transfer's concept, at most 40 characters.
  public var concept: String?
  /// A bill-payment agreement (convenio CIE) at the receiving bank.
  public var agreement: String?
  /// The provider's own page, where it has one.
  public var paymentURL: String?

  public init(
    clabe: String, bank: String? = nil, beneficiary: String? = nil, reference: String? = nil,
    concept: String? = nil, agreement: String? = nil, paymentURL: String? = nil
  ) {
    self.clabe = clabe
    self.bank = bank
    self.beneficiary = beneficiary
    self.reference = reference
    self.concept = concept
    self.agreement = agreement
    self.paymentURL = paymentURL
  }
}

public struct StoreInstructions: Equatable, Sendable {
  /// Opaque, at most 40 characters.
  public var reference: String
  public var barcodeURL: String?
  /// Store networks that take the reference, such as `paynet`.
  public var networks: [String]
  public var paymentURL: String?

  public init(
    reference: String, barcodeURL: String? = nil, networks: [String] = [],
    paymentURL: String? = nil
  ) {
    self.reference = reference
    self.barcodeURL = barcodeURL
    self.networks = networks
    self.paymentURL = paymentURL
  }
}

/// The CLABE's own arithmetic (Providers/README 5.1).
public enum CLABE {
  /// 18 digits whose last is the check digit over weights 3, 7, 1.
  public static func isValid(_ text: String) -> Bool {
    let digits = text.utf8.map { Int($0) - 48 }
    guard digits.count == 18, digits.allSatisfy((0...9).contains) else { return false }
    let weights = [3, 7, 1]
    let sum = (0..<17).reduce(0) { $0 + digits[$1] * weights[$1 % 3] % 10 }
    return digits[17] == (10 - sum % 10) % 10 && text.prefix(3) != "000"
  }
}
