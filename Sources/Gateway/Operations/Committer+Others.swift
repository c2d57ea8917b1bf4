import Payins
import Storage

extension Committer {
  /// From now on what other gateways commit is heard of here as well, where the store tells it.
  public func hearOthers() {
    database.hear { [self] notice in
      switch notice {
      case .endpoints: Task { try? await endpoints.load(from: database) }
      case .operation(let id):
        guard let id: PayinID = id.typed(), polls.isAwaited(id) else { return }
        Task {
          if let payin = try? await database.payin(id) { polls.publish(payin, to: id) }
        }
      }
    }
  }
}
