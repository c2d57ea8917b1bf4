public import HTTPServing
public import JSONText
import Synchronization

/// A merchant's server: takes webhooks and answers them as it is told.
public final class Receiver: Sendable {
  private let requests = Mutex<[Request]>([])
  private let answer = Mutex(Response.text(.ok, "SUCCESS"))
  private let arrivals = AsyncStream.makeStream(of: Request.self)
  private let server = Mutex<HTTPServer?>(nil)
  private let base = Mutex<String?>(nil)

  /// Without a slash at its end; nil before it has started.
  public var url: String? { base.withLock { $0 } }

  private init() {}

  /// Starts one, and stops it when the body is done.
  public static func run(
    _ body: (Receiver, _ base: String) async throws -> Void
  ) async throws {
    let receiver = Receiver()
    let server = HTTPServer(configuration: HTTPServerConfiguration(port: 0)) { [weak receiver] in
      receiver?.take($0) ?? Response(.gone)
    }
    receiver.server.withLock { $0 = server }
    let port = try server.start()
    let base = "http://127.0.0.1:\(port)"
    receiver.base.withLock { $0 = base }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(receiver, base))
    } catch {
      result = .failure(error)
    }
    await server.drain(withinSeconds: 1)
    try result.get()
  }

  private func take(_ request: Request) -> Response {
    requests.withLock { $0.append(request) }
    arrivals.continuation.yield(request)
    return answer.withLock { $0 }
  }

  /// What it answers from now on.
  public func answers(_ response: Response) { answer.withLock { $0 = response } }

  /// What came since the last look.
  public func taken() -> [Request] {
    requests.withLock { requests in
      defer { requests = [] }
      return requests
    }
  }

  /// Waits for the next one to come.
  public func next() async -> Request? {
    for await request in arrivals.stream { return request }
    return nil
  }
}

extension Request {
  public var json: JSON { (try? JSON(parsing: body)) ?? .null }
}
