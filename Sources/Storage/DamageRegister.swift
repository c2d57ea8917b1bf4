import JSONText
public import Payins
import Synchronization

/// A row of the store that cannot be read, or is not what was written.
public struct DamagedRow: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    case operation(OperationKind)
    case event, callback, job, webhookEndpoint, idempotencyKey

    public var label: String {
      switch self {
      case .operation(let kind): kind.rawValue
      case .event: "event"
      case .callback: "callback"
      case .job: "job"
      case .webhookEndpoint: "webhook_endpoint"
      case .idempotencyKey: "idempotency_key"
      }
    }
  }

  public var kind: Kind
  /// The object's; of an idempotency key, what the key made.
  public var id: String
  /// For the operator; quotes nothing of the row.
  public var reason: String

  public init(kind: Kind, id: String, reason: String) {
    self.kind = kind
    self.id = id
    self.reason = reason
  }

  public var description: String { "\(kind.label) \(id): \(reason)" }
}

/// The damaged rows that a store's reads have met. One that is read well later is forgotten.
public final class DamageRegister: Sendable {
  private struct Place: Hashable {
    var kind: DamagedRow.Kind
    var id: String
  }

  /// The most that are remembered and told.
  public static let most = 10_000

  private let rows = Mutex<[Place: DamagedRow]>([:])
  /// That reads of whole rows cost nothing more while no row is damaged.
  private let isEmpty = Atomic<Bool>(true)
  private let onFirst: @Sendable (DamagedRow) -> Void

  /// - Parameter onFirst: hears of each row once. Called where it is read: must not wait.
  public init(onFirst: @escaping @Sendable (DamagedRow) -> Void = { _ in }) {
    self.onFirst = onFirst
  }

  /// By kind and id.
  public var found: [DamagedRow] {
    rows.withLock { Array($0.values) }
      .sorted { ($0.kind.label, $0.id) < ($1.kind.label, $1.id) }
  }

  /// Whether any row of that kind is damaged.
  public func has(_ kind: DamagedRow.Kind) -> Bool {
    !isEmpty.load(ordering: .relaxed) && rows.withLock { $0.keys.contains { $0.kind == kind } }
  }

  public func note(_ row: DamagedRow) {
    let isFirst = rows.withLock { rows in
      let place = Place(kind: row.kind, id: row.id)
      guard rows[place] != nil || rows.count < Self.most else { return false }
      isEmpty.store(false, ordering: .relaxed)
      return rows.updateValue(row, forKey: place) == nil
    }
    if isFirst { onFirst(row) }
  }

  /// How such a row is damaged; nil where it is not, or was not read yet.
  public func row(_ kind: DamagedRow.Kind, _ id: String) -> DamagedRow? {
    isEmpty.load(ordering: .relaxed) ? nil : rows.withLock { $0[Place(kind: kind, id: id)] }
  }

  /// To be called where a row turns out to be well.
  public func settle(_ kind: DamagedRow.Kind, _ id: String) {
    guard !isEmpty.load(ordering: .relaxed) else { return }
    rows.withLock { rows in
      rows[Place(kind: kind, id: id)] = nil
      isEmpty.store(rows.isEmpty, ordering: .relaxed)
    }
  }

  /// What the row says; where it cannot be believed that is noted, and thrown as `.damaged`.
  /// - Parameter isWhole: whether it is well now, or its reader has to look at it, too.
  func reading<Item>(
    _ kind: DamagedRow.Kind, _ id: String, isWhole: Bool = true,
    _ read: () throws(RowFault) -> Item
  ) throws(DatabaseError) -> Item {
    do throws(RowFault) {
      let item = try read()
      if isWhole { settle(kind, id) }
      return item
    } catch {
      let row = DamagedRow(kind: kind, id: id, reason: error.reason)
      note(row)
      throw .damaged(row.description)
    }
  }
}

/// Why a row is not believed; quotes nothing of it.
struct RowFault: Error, Equatable {
  var reason: String

  static let checksum = RowFault(reason: "its checksum is another")
  static let shape = RowFault(reason: "it has another shape")
  static func column(_ name: String) -> RowFault {
    RowFault(reason: "its column \(name) is not what its document says")
  }
}

extension RowFault {
  /// A document as stored.
  static func json(_ bytes: [UInt8]) throws(RowFault) -> JSON {
    do throws(JSONFault) {
      return try JSON(parsing: bytes, options: JSONOptions(maximumDepth: 256))
    } catch {
      // The fault's own message would quote the document.
      throw RowFault(reason: "it is not JSON from byte \(error.offset)")
    }
  }
}
