import Payins
import PostgreSQLClient

/// The statements that write the operations of one kind.
private struct OperationStatements: Sendable {
  let insert: RowStatement
  let update: RowStatement
  let remove: RowStatement

  private static let all = Dictionary(
    uniqueKeysWithValues: OperationKind.allCases.map { ($0, OperationStatements($0.type.layout)) })

  static func of(_ kind: OperationKind) -> OperationStatements {
    guard let known = all[kind] else { preconditionFailure("a kind has no statements") }
    return known
  }

  private init(_ layout: OperationLayout) {
    let table = layout.table
    let listed = layout.columns.map { column in
      column.isNumeric ? RowColumn.integer(column.name) : .text(column.name)
    }
    let documents = [RowColumn.integer("version"), .bytes("body"), .integer("checksum")]
    let own = [RowColumn.text("id"), .text("merchant")] + documents + listed
    let names = own.map(\.name).joined(separator: ", ")
    insert =
      layout.hasSecrets
      ? RowStatement(own + PayinApartRows.columns) { PayinApartRows.inserting(names, $0) }
      : .inserting(into: table, own)
    let condition = "\(table).id = new.id AND \(table).version = new.replaced"
    let place = [RowColumn.text("id"), .integer("replaced")]
    // An index is only written where the value of one of its columns is another.
    let settings = (documents + listed).map { "\($0.name) = new.\($0.name)" }
    update = .expecting(.version, place + documents + listed) {
      "UPDATE \(table) SET \(settings.joined(separator: ", ")) FROM \($0) WHERE \(condition)"
    }
    remove = .expecting(.version, place) { "DELETE FROM \(table) USING \($0) WHERE \(condition)" }
  }
}

/// Operations of one kind that are made or changed.
struct OperationRows {
  private var inserts: RowSet
  private var updates: RowSet
  private var removals: RowSet
  private var events = RowSet(Self.removeEvents)
  private var apart = PayinApartRows()
  private let layout: OperationLayout

  private static let removeEvents = RowStatement([.text("payin")]) {
    "DELETE FROM events USING \($0) WHERE events.payin = new.payin"
  }

  init(_ kind: OperationKind) {
    let statements = OperationStatements.of(kind)
    inserts = RowSet(statements.insert)
    updates = RowSet(statements.update)
    removals = RowSet(statements.remove)
    layout = kind.type.layout
  }

  mutating func add(_ row: OperationRow) {
    let documents: [Cell] = [
      .number(row.version), .bytes(row.standing), .integer(row.checksum),
    ]
    let listed = row.listing.map(\.cell)
    guard let replaced = row.replacedVersion else {
      inserts.add(
        [.text(row.id.text), .text(row.merchant)] + documents + listed
          + (layout.hasSecrets ? PayinApartRows.cells(row) : []))
      return
    }
    if row.isWithdrawn {
      removals.add([.text(row.id.text), .number(replaced)])
      events.add([.text(row.id.text)])
    } else {
      updates.add([.text(row.id.text), .number(replaced)] + documents + listed)
    }
    apart.add(row)
  }

  var queries: [PostgreSQLQuery] {
    // What stands apart is found by the pay-in's number.
    apart.queries + [inserts, updates, removals, events].compactMap { $0.query() }
  }
}
