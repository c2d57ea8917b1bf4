import Glibc
import Payins
import PostgreSQLClient
import Synchronization

/// What a gateway tells the others of what it commits, and how they read it: the writer's number, a
/// letter, and an id where the letter is `o`.
enum PostgreSQLNotices {
  /// Each schema has a channel of its own.
  private static let channel = "'pasarela_' || 'writers'::regclass::oid"

  private static let tell = PostgreSQLStatement(
    "SELECT pg_notify(\(channel), word) FROM unnest($1::text[]) AS told (word)")

  static let listen = """
    DO $$ BEGIN EXECUTE 'LISTEN "' || \(channel) || '"'; END $$
    """

  /// A notice takes a lock of the whole database until its transaction is committed: that one must
  /// not wait for the disk. One that is lost costs little.
  private static let hurry = PostgreSQLStatement(
    "SELECT set_config('synchronous_commit', 'off', true)")

  /// A transaction behind that of the changes; nil where others have no use for it.
  static func telling(_ changes: [ChangeRows], _ identity: WriterIdentity) -> [PostgreSQLQuery]? {
    var words: [String] = []
    func add(_ word: String) { words.append("\(identity.number) \(word)") }
    for change in changes {
      // Nobody waits for what is new.
      if let row = change.operation, row.replacedVersion != nil { add("o \(row.id.text)") }
    }
    if changes.contains(where: { $0.endpoint != nil }) { add("e") }
    guard !words.isEmpty else { return nil }
    var column = PostgreSQLColumn(.text)
    for word in words { column.append(word) }
    return [PostgreSQLQuery(hurry), PostgreSQLQuery(tell, [.column(column)])]
  }

  /// Nil for what this writer told itself, and for words that a later release tells.
  static func read(_ word: String, by identity: WriterIdentity) -> StoreNotice? {
    let parts = word.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
    guard parts.count > 1, parts[0] != "\(identity.number)" else { return nil }
    switch (parts[1], parts.count) {
    case ("o", 3): return .operation(OperationID(unchecked: parts[2]))
    case ("e", 2): return .endpoints
    default: return nil
    }
  }
}

/// What a store's threads have to know of each other.
final class PostgreSQLSharing: Sendable {
  /// Whether other gateways are there, who want to be told.
  let hasOthers = Atomic(false)
  let isClosed = Atomic(false)
}

/// Hears what other gateways tell, on a connection and thread of its own.
final class PostgreSQLListener {
  private static let stepMilliseconds: Int64 = 200

  private let link: PostgreSQLLink
  private let identity: WriterIdentity
  private let hears: @Sendable (StoreNotice) -> Void
  private let sharing: PostgreSQLSharing
  private let rest: @Sendable () -> Void

  /// - Parameter rest: what is done while there is no connection.
  init(
    _ settings: ConnectionSettings, _ identity: WriterIdentity, _ sharing: PostgreSQLSharing,
    rest: @escaping @Sendable () -> Void = { usleep(UInt32(stepMilliseconds) * 1000) },
    hears: @escaping @Sendable (StoreNotice) -> Void
  ) {
    self.rest = rest
    link = PostgreSQLLink(settings) { connection throws(PostgreSQLFault) in
      try connection.execute(
        PostgreSQLNotices.listen, within: PostgreSQLSession.answerMilliseconds)
      // Something may have been missed.
      hears(.endpoints)
    }
    self.identity = identity
    self.sharing = sharing
    self.hears = hears
  }

  func run() {
    while !sharing.isClosed.load(ordering: .relaxed) {
      guard let connection = try? link.current(waiting: Self.stepMilliseconds) else {
        rest()
        continue
      }
      for word in (try? connection.notices(within: Self.stepMilliseconds)) ?? [] {
        if let notice = PostgreSQLNotices.read(word, by: identity) { hears(notice) }
      }
    }
  }
}
