import Dispatch
import Foundation

/// SIGTERM and SIGINT ask to stop, SIGHUP to load rules and certificate anew.
final class Signals {
  let reloads: AsyncStream<Void>
  let stops: AsyncStream<Void>
  private let sources: [any DispatchSourceSignal]

  init() {
    let (reloads, onReload) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (stops, onStop) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.reloads = reloads
    self.stops = stops
    sources = [
      Self.source(SIGHUP) { onReload.yield() }, Self.source(SIGTERM) { onStop.yield() },
      Self.source(SIGINT) { onStop.yield() },
    ]
  }

  private static func source(
    _ number: Int32, _ action: @escaping @Sendable () -> Void
  ) -> any DispatchSourceSignal {
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: DispatchWorkItem(block: action))
    source.resume()
    return source
  }
}
