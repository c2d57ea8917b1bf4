import Foundation
import Glibc
import JSONText
import Synchronization
import TestSupport

/// Several gateways, each a process with a configuration and a port of its own, over one PostgreSQL.
final class SharedStore: Sendable {
  /// One of the gateways.
  struct Place: Sendable {
    var name: String
    var port: Int
  }

  let installation: Installation
  let places: [Place]
  private let programs: Mutex<[Program?]>

  /// - Parameter stores: each gateway's own way to the store. Providers call back to the first.
  init(_ installation: Installation, _ stores: [String]) throws {
    self.installation = installation
    let whole = try JSON(
      parsing: Array(Data(contentsOf: URL(filePath: "\(installation.place.path)/pasarela.json5"))))
    places = try stores.enumerated().map { number, store in
      let port = number == 0 ? installation.port : try TakenPort().port
      var members = whole.object ?? [:]
      members["listen"] = ["port": JSON(port)]
      members["store"] = JSON("postgresql:\(store) application_name=gateway-\(number)")
      try installation.place.write(JSON.object(members).text, to: "gateway-\(number).json5")
      return Place(name: "gateway-\(number)", port: port)
    }
    programs = Mutex(Array(repeating: nil, count: stores.count))
  }

  /// A client of each, that gives up before a gateway that is stopped goes on.
  var clients: [Client] {
    places.map { place in
      var client = Client(port: place.port, key: Installation.key)
      client.patienceMilliseconds = 5000
      return client
    }
  }

  func program(_ number: Int) -> Program? { programs.withLock { $0[number] } }

  /// Starts one, and waits until it is ready.
  func serve(_ number: Int) async throws {
    let place = places[number]
    let program = try await installation.serve("\(place.name).json5", at: place.port)
    programs.withLock { $0[number] = program }
  }

  /// Returns once every gateway has the store with all of its connections.
  func healed() async throws -> Bool {
    for (number, client) in clients.enumerated() {
      let isWhole = try await eventually {
        await withTaskGroup(of: Bool.self) { group in
          for _ in 0..<20 {
            group.addTask { (try? await client.get("/v1/payins?limit=1").status) == 200 }
          }
          let key = "healed-\(number)-\(UUID().uuidString)"
          group.addTask {
            let answer = try? await client.post(
              "/v1/payins", ServeTests.payin(key, method: "store"), idempotencyKey: key)
            return answer?.status == 201
          }
          return await group.reduce(true) { $0 && $1 }
        }
      }
      guard isWhole else { return false }
    }
    return true
  }
}
