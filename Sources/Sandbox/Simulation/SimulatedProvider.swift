internal import Crypto
internal import HTTPCalling
internal import HTTPServing
internal import JSONText

/// One provider, played from its published pages.
///
/// A simulator shares no code with its adapter in `Providers`, and this is meant: it is the oracle
/// that the adapter is tested against, so that a misreading on one side is not repeated on the
/// other.
protocol SimulatedProvider: Sendable {
  associatedtype API: SimulatedAPI
  associatedtype State: ProviderState

  static var name: ProviderName { get }
  static var guide: ProviderGuide { get }
  /// Its members of an entry of `provider_accounts`, beside `id`, `provider` and `base_url`.
  static func account(_ sandbox: SandboxState) -> JSONObject
  /// Faults that no other provider can have, and what the guide says of them.
  static var ownFaults: [(Fault.Kind, String)] { get }
  /// The headers of its requests that hold credentials or what is made with them, in lower case.
  static var secretHeaders: [String] { get }
  /// Tries what it needs of the machine, before the sandbox starts.
  static func prepare() throws(RSAKeyError)
  /// Makes known where the account's webhooks go, where orders do not name a URL.
  static func register(callbacks url: String, _ sandbox: inout SandboxState)
  /// Centavos, as they are written in place of another amount.
  static func amount(_ centavos: Int64, like written: JSON, _ sandbox: SandboxState) -> JSON
}

/// A provider with orders that a payer pays.
protocol SimulatesOrders: SimulatedProvider {
  associatedtype Lifecycle: SimulatedLifecycle
}

/// A provider's requests and answers.
protocol SimulatedAPI {
  /// What a request asks; nil for a path that the provider does not have.
  static func call(_ request: Request) -> ProviderCall?
  static func reply(to call: ProviderCall, _ sandbox: inout SandboxState) -> ProviderReply
  /// Answers without having done anything.
  static func answer(
    _ trouble: ProviderTrouble, to call: ProviderCall, _ sandbox: inout SandboxState
  ) -> Response
}

/// What money and time do to a provider's orders.
protocol SimulatedLifecycle {
  /// The provider's word for where an order stands.
  static func word(for order: Order, _ sandbox: SandboxState) -> String
  /// Brings money to an order.
  static func receive(
    _ transfer: Transfer, for order: Order, _ sandbox: inout SandboxState
  ) throws(TransferRefusal) -> Payment
  /// Keeps an order whose status time or a control has changed, and notifies its merchant as far
  /// as the provider does.
  static func changed(_ order: Order, from earlier: Order.Status, _ sandbox: inout SandboxState)
}

/// What becomes of a provider's call.
enum ProviderReply: Sendable {
  case answer(Response)
  /// The provider itself calls somebody before it answers.
  case call(HTTPRequest, then: @Sendable (CallOutcome, inout SandboxState) -> Response)
  /// No answer, by a fault: the connection ends, or is reset.
  case cut(reset: Bool)
}

/// What keeps a provider from answering properly.
enum ProviderTrouble: Sendable {
  /// HTTP 500, in the provider's own form.
  case internalError
  /// As the provider says that something inside is out of order.
  case systemError
  /// As if the order were not there (yet).
  case notFound
  /// A whole answer that says no.
  case refused(RefusalWords)
  /// As to a caller whose credentials are wrong; nil: in the usual words.
  case unauthorized(RefusalWords?)
}

/// What `GET /_sandbox/` says of a provider, beside its settings.
struct ProviderGuide: Sendable {
  /// The provider's name for people.
  let title: String
  let paths: String
  let refusal: RefusalWords.Form
  /// How it says that it is out of order, and that credentials are wrong.
  let systemError: String
  let unauthorized: String
  /// What was chosen where its pages are silent.
  let choices: [String]
}

extension SimulatedProvider {
  static var ownFaults: [(Fault.Kind, String)] { [] }
  static var secretHeaders: [String] { [] }
  static func prepare() throws(RSAKeyError) {}
  static func register(callbacks url: String, _ sandbox: inout SandboxState) {}
}

extension SimulatedProvider {
  static var api: any SimulatedAPI.Type { API.self }

  /// The id of its account.
  static var accountID: String { "\(name.rawValue)-main" }

  static func settings(_ sandbox: SandboxState) -> [(String, JSON)] {
    State.settings.map { ($0.name, $0.value(sandbox[State.self])) }
  }

  static func records(_ sandbox: SandboxState) -> [JSON]? { sandbox[State.self].records }

  static var settingsGuide: [(String, String)] { State.settings.map { ($0.name, $0.meaning) } }

  /// Changes the settings that the form names and leaves the rest.
  static func changeSettings(
    _ form: inout FormReader, _ sandbox: inout SandboxState
  ) throws(FormFault) {
    for setting in State.settings { try setting.change(&sandbox[State.self], &form) }
  }
}

extension SimulatesOrders {
  static var lifecycle: any SimulatedLifecycle.Type { Lifecycle.self }
}
