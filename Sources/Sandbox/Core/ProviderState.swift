internal import JSONText

/// What a provider keeps beside its orders: its settings, and what else it has to remember.
protocol ProviderState: Sendable {
  /// As it is when the sandbox starts, and after a reset.
  init()

  static var settings: [ProviderSetting<Self>] { get }

  /// Whatever else was paid, for `/_sandbox/books`; nil for a provider that has its orders alone.
  var records: [JSON]? { get }
}

extension ProviderState {
  static var settings: [ProviderSetting<Self>] { [] }
  var records: [JSON]? { nil }
}

/// How a simulator behaves where its provider's pages are silent or its accounts differ. Changed
/// while running with `POST /_sandbox/settings`.
struct ProviderSetting<State: ProviderState>: Sendable {
  let name: String
  /// For the guide.
  let meaning: String
  let value: @Sendable (State) -> JSON
  /// Reads the setting's field, and changes nothing where there is none.
  let change: @Sendable (inout State, inout FormReader) throws(FormFault) -> Void

  /// One of a type's words.
  static func word<Word: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<State, Word> & Sendable, _ meaning: String
  ) -> Self where Word.RawValue == String {
    Self(name: name, meaning: meaning) { state in
      .string(state[keyPath: path].rawValue)
    } change: { state, form throws(FormFault) in
      if let word: Word = try form.optionalWord(name) { state[keyPath: path] = word }
    }
  }

  static func flag(
    _ name: String, _ path: any WritableKeyPath<State, Bool> & Sendable, _ meaning: String
  ) -> Self {
    Self(name: name, meaning: meaning) { state in
      .bool(state[keyPath: path])
    } change: { state, form throws(FormFault) in
      if let flag = try form.optionalFlag(name) { state[keyPath: path] = flag }
    }
  }
}
