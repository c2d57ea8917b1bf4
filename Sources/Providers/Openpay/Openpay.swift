import Crypto
import HTTPCalling
public import JSONText
public import Payins

/// Openpay, Mexico: cash at stores through Paynet, and SPEI transfers (README). Charges are
/// made at merchant level with an inline customer, so one path serves all reads (README
/// 3.2).
public struct Openpay: Queryable, ReceivesCallbacks {
  public static let name = "openpay"

  /// S001 "Objeto Transacción" and open-pay/slate `es/charges.md` (README 3.5), in lower case.
  /// `refunded` and the chargeback words are of cards: they must not move a cash or SPEI order.
  public static let statuses: [String: ReportedStatus] = [
    "in_progress": .pending,
    "charge_pending": .pending,
    "completed": .paid,
    "failed": .failed,
    "cancelled": .cancelled,
    "expired": .expired,
  ]

  public let capabilities: [Payins.Method: Capability]
  let identity: AccountIdentity
  /// `{base}/v1/{merchant}`.
  let root: String
  let apiCredentials: BasicCredentials
  let callbackCredentials: BasicCredentials
  let words: ProviderWords

  public init?(account: AccountIdentity, settings: inout ObjectReader) {
    let merchant = settings.identifier("merchant_id")
    let key = settings.secret("private_key")
    let callback = Self.callbackCredentials(&settings)
    // 29,999.99 pesos (README 3.3, A11), in centavos; 30 days (README 3.3, A12).
    let most = settings.integer("store_max", in: 1...99_999_999_999, default: 2_999_999)
    let days = settings.integer("due_max_days", in: 1...365, default: 30)
    words = ProviderWords(&settings, published: OpenpayError.published)
    guard let merchant, let key, let callback, let most, let days else { return nil }
    identity = account
    root = "\(account.baseURL)/v1/\(merchant)"
    apiCredentials = BasicCredentials(user: key.reveal(), password: "")
    callbackCredentials = callback
    capabilities = [
      .store: Self.capability(upTo: most, days: days, needing: [.name, .email]),
      // No cap on bank charges is documented: `amount_max` of the account narrows it.
      .spei: Self.capability(upTo: 99_999_999_999, days: days, needing: []),
    ]
  }

  private static func callbackCredentials(_ settings: inout ObjectReader) -> BasicCredentials? {
    settings.object("callback") { inner in
      let user = inner.text("user")
      let password = inner.secret("password")
      if user?.unicodeScalars.contains(":") == true {
        inner.report("user", "must not contain a colon")
      }
      guard let user, let password else { return nil }
      return BasicCredentials(user: user, password: password.reveal())
    }
  }

  private static func capability(
    upTo most: Int64, days: Int64, needing fields: [PayerField]
  ) -> Capability {
    Capability(
      amounts: 1...most, requiredPayerFields: fields,
      // S001 "Crear un nuevo cliente": 100 characters each; a longer name is shortened. Where no
      // customer is needed none is named whose address does not fit.
      payerFieldBytes: fields.isEmpty ? [:] : [.email: 100, .phone: 100],
      expirySeconds: 60...days * 86_400,
      // A reference dies with its due date; three days more for payments reported late.
      instrumentSeconds: (days + 3) * 86_400)
  }

  var authorization: HTTPHeader { HTTPHeader("Authorization", apiCredentials.header) }
}

extension Payins.Method {
  /// `method` of a charge (S001 "Cargo en tienda", "Cargo en banco").
  var openpayWord: String {
    switch self {
    case .store: "store"
    case .spei: "bank_account"
    }
  }
}
