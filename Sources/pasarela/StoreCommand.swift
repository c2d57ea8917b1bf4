import Foundation
import Payins
import Storage

/// `pasarela store`: takes a store elsewhere, looks through it, copies it.
enum StoreCommand {
  static let usage = """
    pasarela store migrate --from STORE --to STORE, \
    pasarela store check [--store STORE] [--config FILE], or \
    pasarela store backup PATH [--store STORE] [--config FILE]; a STORE is \(StoreAddress.form)
    """

  static func run(_ arguments: some Sequence<String>) async throws {
    let options = try Options(arguments, known: ["--from", "--to", "--store", "--config"])
    let moves = options["--from"] != nil || options["--to"] != nil
    let isOfOne = options["--store"] != nil || options["--config"] != nil
    switch options.words.first {
    case "migrate" where options.words.count == 1 && !isOfOne:
      try migrate(from: address(options, "--from"), to: address(options, "--to"))
    case "check" where options.words.count == 1 && !moves:
      try await check(configuration(options))
    case "backup" where options.words.count == 2 && !moves:
      try backup(configuration(options).store, to: options.words[1])
    default: throw UsageFault(message: "say: \(usage)")
    }
  }

  private static func address(_ options: Options, _ name: String) throws -> StoreAddress {
    guard let text = options[name] else { throw UsageFault(message: "\(name) is needed: \(usage)") }
    guard let address = StoreAddress(text) else {
      throw UsageFault(message: "\(name) must be \(StoreAddress.form)")
    }
    return address
  }

  /// The file's, with another store where one is named. Without a file there are no data keys.
  private static func configuration(_ options: Options) throws -> Configuration {
    let path = options["--config"] ?? ServeCommand.defaultConfig
    let isNeeded = options["--config"] != nil || options["--store"] == nil
    var configuration = Configuration()
    if isNeeded || FileManager.default.fileExists(atPath: path) {
      configuration = try Configuration.load(
        path: path, environment: ProcessInfo.processInfo.environment)
    }
    if options["--store"] != nil { configuration.store = try address(options, "--store") }
    return configuration
  }

  // MARK: Moving

  private static func migrate(from source: StoreAddress, to target: StoreAddress) throws {
    let line = ProgressLine(time: SystemTime())
    do throws(DatabaseError) {
      let count = try StoreMove(from: source, to: target, tell: line.tell).run()
      line.end()
      Output.line(
        """
        \(count) rows moved and compared. Put the new store into the configuration as `store`, and
        start the gateway. The old one opens no more; keep it until you have a backup of the new.
        """)
    } catch .denied(let what) {
      line.end()
      throw ConfigurationFault([what])
    } catch {
      line.end()
      throw error
    }
  }

  // MARK: Looking

  private static func check(_ configuration: Configuration) async throws {
    if case .sqlite(let path) = configuration.store,
      !FileManager.default.fileExists(atPath: path)
    {
      throw ConfigurationFault(["there is no file \(path)"])
    }
    let store = try StoreOpening(configuration).open(for: .looking)
    var findings: [Finding] = []
    do throws(DatabaseError) {
      try await StoreCheck(store).run { found in
        findings.append(
          found.faults.isEmpty
            ? Finding(found.name, .ok, "\(found.count)")
            : Finding(found.name, .fail, found.faults.joined(separator: "\n")))
      }
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    Output.line(Finding.table(findings))
    let failed = findings.count { $0.verdict == .fail }
    if failed > 0 {
      throw DoctorCommand.Failed(description: "\(failed) of \(findings.count) checks failed")
    }
  }

  // MARK: Copying

  private static func backup(_ store: StoreAddress, to path: String) throws {
    guard case .sqlite(let source) = store else {
      throw ConfigurationFault([
        "a PostgreSQL store is backed up by pg_dump, or by PostgreSQL's own base backups"
      ])
    }
    do throws(DatabaseError) {
      let size = try SQLiteBackup(of: source).write(to: path)
      Output.line("\(path): \(size) bytes, looked through and sound")
    } catch .denied(let what) {
      throw ConfigurationFault([what])
    }
  }
}

/// How far a move has come: a line that is written anew on a terminal, else a line for each table.
private final class ProgressLine {
  private static let width = 24

  private let time: SystemTime
  private let isTerminal = isatty(StandardStream.output.rawValue) == 1
  private var work = ""
  /// When its first rows came, and how many there were then.
  private var begun: (at: Instant, rows: Int) = (Instant(milliseconds: 0), 0)
  private var drawn: Instant?
  private var isOpen = false

  init(time: SystemTime) { self.time = time }

  func tell(_ progress: StoreMove.Progress) {
    switch progress {
    case .copied(let table, let rows, let total): show("copying \(table)", rows, of: total)
    case .comparing(let table, let rows, let total): show("comparing \(table)", rows, of: total)
    case .compared(let table, let rows):
      end()
      Output.line("\(table): \(rows) rows, the same in both")
    case .again(let table):
      end()
      Output.line("\(table): it was changed since it was copied; its rows are taken anew")
    }
  }

  private func show(_ work: String, _ rows: Int, of total: Int) {
    let now = time.steady()
    if work != self.work {
      self.work = work
      begun = (now, rows)
      drawn = nil
    }
    let isDue = drawn.map { now.milliseconds(since: $0) >= 200 } ?? true
    guard isTerminal, isDue || rows == total else { return }
    drawn = now
    draw(rows, of: total, at: now)
  }

  private func draw(_ rows: Int, of total: Int, at now: Instant) {
    let full = total == 0 ? Self.width : min(Self.width, Self.width * rows / total)
    let bar = String(repeating: "#", count: full) + String(repeating: ".", count: Self.width - full)
    var text = "\(work) [\(bar)] \(rows) of \(total)"
    let (milliseconds, new) = (Int(now.milliseconds(since: begun.at)), rows - begun.rows)
    if milliseconds > 0, new > 0 {
      let left = max(0, total - rows) * milliseconds / new / 1000
      text += ", \(new * 1000 / milliseconds) a second, \(left) s left"
    }
    StandardStream.output.write(Array("\r\(text)\u{1B}[K".utf8))
    isOpen = true
  }

  /// Lets what is written next begin a line.
  func end() {
    if isOpen { StandardStream.output.write(Array("\r\u{1B}[K".utf8)) }
    isOpen = false
  }
}
