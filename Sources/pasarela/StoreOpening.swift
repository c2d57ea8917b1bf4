import Gateway
import JSONText
import Payins
import Storage

/// Opens the store that a configuration names.
struct StoreOpening {
  /// Seconds for which one that is away is waited for, unless the command line says otherwise.
  static let standardWait: Int64 = 30
  private static let pauseMilliseconds: Int64 = 500

  private let configuration: Configuration

  init(_ configuration: Configuration) { self.configuration = configuration }

  /// - Throws: `ConfigurationFault` where the store does not open to who comes as configured.
  func open(
    for purpose: StorePurpose = .serving, damage: DamageRegister = DamageRegister(),
    migrates: @escaping @Sendable (Migration) -> Void = { _ in }
  ) throws -> any ExaminableDatabase {
    do throws(DatabaseError) {
      switch configuration.store {
      case .sqlite(let path):
        return try SQLiteDatabase(
          path: path, keys: configuration.dataKeys, for: purpose, damage: damage, migrates: migrates
        )
      case .postgresql(let address):
        return try PostgreSQLDatabase(
          address, keys: configuration.dataKeys, for: purpose, damage: damage, migrates: migrates)
      }
    } catch .otherDataKey(let what) {
      throw ConfigurationFault([what])
    } catch .denied(let what) {
      throw ConfigurationFault(["store: \(what)"])
    }
  }

  /// For a gateway that starts, perhaps before its database does.
  /// - Parameter seconds: for how long one that is away is waited for.
  func open(waiting seconds: Int64, _ log: Log) async throws -> any ExaminableDatabase {
    let time = SystemTime()
    let end = time.steady().adding(seconds: seconds)
    var isFirst = true
    while true {
      do {
        return try open(damage: damage(log)) { step in
          log.info(
            "the store is brought to a new version; with many pay-ins that takes a while",
            ["version": JSON(step.to), "payins": JSON(step.payins)])
        }
      } catch DatabaseError.away(let why) where time.steady() < end {
        if isFirst { log.warn("the store is away; it is waited for", ["reason": .string(why)]) }
        isFirst = false
        await time.sleep(until: time.steady().adding(milliseconds: Self.pauseMilliseconds))
      }
    }
  }

  /// A line for each damaged row, once.
  private func damage(_ log: Log) -> DamageRegister {
    DamageRegister { row in
      var fields: JSONObject = ["kind": .string(row.kind.label), "id": .string(row.id)]
      if row.kind == .operation(.payin) { fields["payin"] = .string(row.id) }
      fields["detail"] = .string(row.reason)
      log.error("a stored row is damaged", fields)
    }
  }
}
