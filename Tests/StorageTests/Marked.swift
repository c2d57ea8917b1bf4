import Foundation
import JSONText
import Payins
import Testing

@testable import Storage

/// Pay-ins whose payer is told from everything else by marks, and looks for these.
struct Marked: Sendable {
  static let marks = ["Marca Nombre", "marca.correo@example.mx", "+525500001111", "marca-secreta"]

  var author = Author()

  /// With announcements as the gateway makes them, and a provider's answer kept as evidence.
  func life(
    _ reference: String, description: String = "Two tickets"
  ) -> [(payin: Payin, change: Change)] {
    let request = PayinRequest(
      merchantReference: reference, amount: 15_000, description: description,
      payer: Payer(name: Self.marks[0], email: Self.marks[1], phone: Self.marks[2]),
      metadata: [Metadatum(key: "k", value: "v")])
    var steps: [(payin: Payin, change: Change)] = []
    func keep(_ transition: PayinTransition, before: Payin?) {
      var change = author.change(transition, before: before)
      for index in change.events.indices where change.events[index].notification != nil {
        change.events[index].notification?.body = Self.body(transition.payin)
      }
      steps.append((transition.payin, change))
    }
    let opened = author.open(reference, request: request)
    keep(opened, before: nil)
    func then(_ input: PayinInput) {
      let before = steps[steps.count - 1].payin
      keep(
        before.apply(
          input, author.context(Author.noon.adding(seconds: Int64(steps.count) * 600))),
        before: before)
    }
    let attempt = opened.payin.attempts[0].id
    let clabe = SPEIInstructions(clabe: "646180109400135624")
    then(
      .sent(
        attempt, .accepted(Acceptance(providerOrderID: "o-1", instructions: .spei(clabe)))))
    for _ in 0..<3 {
      then(
        .queried(
          attempt, .undetermined(Refusal(code: "unreadable", message: "…")),
          answer: RawAnswer(status: 500, body: Array("<p>\(Self.marks[3])".utf8))))
    }
    return steps
  }

  /// As the gateway tells merchants of it.
  static func body(_ payin: Payin) -> [UInt8] {
    let request = payin.request
    return JSON.object([
      "id": JSON(payin.id.text), "description": JSON(request.description),
      "payer": request.payer.json,
      "metadata": .object(JSONObject(request.metadata.map { ($0.key, JSON($0.value)) })),
      "version": JSON(payin.version),
    ]).bytes
  }

  func erasure(of payin: Payin) -> (payin: Payin, change: Change) {
    let erased = payin.apply(.payerErased, author.context(Author.noon.adding(seconds: 86_400)))
    return (erased.payin, author.change(erased, before: payin))
  }

  /// The marks that stand in any file of the folder, and where.
  static func found(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().flatMap { name in
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      return marks.filter { bytes.range(of: Data($0.utf8)) != nil }.map { "\(name): \($0)" }
    }
  }
}
