internal import HTTPServing

/// Every provider that the sandbox plays; adding one adds one line.
enum SandboxRegistry {
  static let all: [any SimulatedProvider.Type] = [
    SimulatedOpenpay.self,
    SimulatedCashyPay.self,
    SimulatedSmilePayz.self,
    SimulatedPaynet.self,
  ]

  static let names = all.map { $0.name.rawValue }
  static let secretHeaders = all.flatMap { $0.secretHeaders }

  static func named(_ name: ProviderName) -> (any SimulatedProvider.Type)? {
    all.first { $0.name == name }
  }

  static func lifecycle(of order: Order) -> (any SimulatedLifecycle.Type)? {
    (named(order.key.provider) as? any SimulatesOrders.Type)?.lifecycle
  }

  /// Nil where no provider has such a path. All stand at the root of one port: a path of two is the
  /// later one's, as Paynet's lie within Openpay's.
  static func call(_ request: Request) -> ProviderCall? {
    all.reversed().lazy.compactMap { $0.api.call(request) }.first
  }
}
