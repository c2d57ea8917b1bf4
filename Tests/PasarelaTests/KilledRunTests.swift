import Foundation
import Glibc
import TestSupport
import Testing

/// A test run that starts a program, is killed, and leaves nothing running.
@Suite("a killed test run")
struct KilledRunTests {
  /// Where the run that is killed writes the program's process number.
  private static let variable = "PASARELA_KILLED_RUN"
  private static let file = ProcessInfo.processInfo.environment[variable]

  @Test(
    "what it started ends with it, whether it is killed itself or `swift test`",
    arguments: [false, true])
  func killed(_ isByParent: Bool) async throws {
    let place = try Workplace()
    let note = "\(place.path)/process"
    let run =
      "\(OtherProgram.itself) --testing-library swift-testing --filter KilledRunTests/run"
    // The shell stands for `swift test`, which starts the tests' process and waits for it.
    let command = isByParent ? "\(run) & echo $! > \(note).run; wait" : "exec \(run)"
    let shell = try Spawning.start(
      ["/bin/sh", "-c", command],
      [.read("/dev/null", as: 0), .write("/dev/null", as: 1), .write("/dev/null", as: 2)],
      environment: [Self.variable: note, "PATH": "/usr/bin:/bin"])
    let program = try #require(try await eventualValue { try? Self.number(in: note) })
    #expect(Self.isRunning(program))
    kill(shell, SIGKILL)
    waitpid(shell, nil, 0)
    #expect(try await eventually { !Self.isRunning(program) })
    if isByParent {
      let tests = try #require(try Self.number(in: "\(note).run"))
      #expect(try await eventually { !Self.isRunning(tests) })
    }
  }

  @Test("(the run that is killed)", .enabled(if: file != nil))
  func run() async throws {
    let program = try Spawning.start(["/bin/sleep", "600"], [])
    try "\(program)\n".write(toFile: try #require(Self.file), atomically: true, encoding: .utf8)
    try await Task.sleep(for: .seconds(600))
  }

  @Test("what a test started over an installation ends with it, also where it throws")
  func thrown() async throws {
    struct Stop: Error {}
    for isThrown in [true, false] {
      let installation = try await Installation()
      var processes: [pid_t] = []
      do {
        try await installation.run { installation, gateway, _ in
          let second = try await installation.serve(isTwin: true)
          processes = [installation.sandbox, gateway, second].map(\.process)
          #expect(processes.allSatisfy(Self.isRunning))
          if isThrown { throw Stop() }
          // One that the test itself has ended is left alone.
          #expect(await installation.stop(gateway).status == 0)
        }
        #expect(!isThrown)
      } catch is Stop {
        #expect(isThrown)
      }
      #expect(processes.count == 3 && !processes.contains(where: Self.isRunning))
    }
  }

  private static func number(in file: String) throws -> pid_t? {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    return text.hasSuffix("\n") ? pid_t(text.dropLast()) : nil
  }

  /// One that ended and that nobody has asked after yet does not run.
  private static func isRunning(_ process: pid_t) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    let state = status?.split(separator: ")").last?.split(separator: " ").first
    return state.map { $0 != "Z" && $0 != "X" } ?? false
  }
}
