/// A command line that no command has.
struct UsageFault: Error {
  var message: String
}

/// `--name value` options, flags without a value, and words between them.
struct Options {
  private(set) var words: [String] = []
  private var values: [String: String] = [:]
  private var given: Set<String> = []

  init(
    _ arguments: some Sequence<String>, known: Set<String>, flags: Set<String> = []
  ) throws(UsageFault) {
    var waiting: String?
    for argument in arguments {
      if let name = waiting {
        values[name] = argument
        waiting = nil
      } else if flags.contains(argument) {
        given.insert(argument)
      } else if argument.utf8.starts(with: "--".utf8) {
        guard known.contains(argument) else {
          throw UsageFault(message: "there is no option \(argument) here")
        }
        waiting = argument
      } else {
        words.append(argument)
      }
    }
    if let waiting { throw UsageFault(message: "the option \(waiting) needs a value") }
  }

  func has(_ flag: String) -> Bool { given.contains(flag) }

  subscript(name: String) -> String? { values[name] }
}

/// Text for people on standard output and standard error.
enum Output {
  static func line(_ text: String) {
    StandardStream.output.write(Array((text + "\n").utf8))
  }

  static func error(_ text: String) {
    StandardStream.error.write(Array((text + "\n").utf8))
  }
}
