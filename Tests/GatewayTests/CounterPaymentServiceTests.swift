import CounterPayments
import HTTPCalling
import JSONText
import Payins
import Storage
import TestSupport
import Testing

@testable import Gateway

@Suite("store payments: service")
struct CounterPaymentServiceTests {
  @Test("what cannot be sent leaves nothing behind, and the same call may be made again")
  func neverSent() async throws {
    let bench = try CounterPaymentBench()
    bench.paynet.goes(.neverSent)
    await #expect {
      try await bench.pay(1)
    } throws: { error in
      guard case .unreachable(let reason)? = error as? CounterPaymentService.Refusal else {
        return false
      }
      return reason.code == "refused"
    }
    #expect(try await bench.all() == [])
    #expect(try await bench.store.nextDue() == nil)
    #expect(try await bench.store.unresolved(.counterPayment).dueCount == 0)
    let paid = try await bench.pay(1)
    #expect(paid["status"] == "authorized")
    #expect(bench.paynet.calls == ["payment"])
  }

  @Test("an account that fails is spared, and what was in doubt is reversed all the same")
  func breaker() async throws {
    let bench = try CounterPaymentBench()
    bench.paynet.goes(Array(repeating: .answerLost, count: Breaker.failuresToOpen))
    for number in 1...Breaker.failuresToOpen {
      #expect(try await bench.pay(number)["status"] == "in_doubt")
    }
    await #expect {
      try await bench.pay(99)
    } throws: { error in
      guard case .unreachable(let reason)? = error as? CounterPaymentService.Refusal else {
        return false
      }
      return reason.code == "breaker_open"
    }
    #expect(try await bench.all().count == Breaker.failuresToOpen)
    #expect(try await bench.work() == Breaker.failuresToOpen)
    #expect(bench.paynet.standing == [])
    bench.clock.advance(seconds: Breaker.longestPauseSeconds)
    #expect(try await bench.pay(99)["status"] == "authorized")
  }

  @Test("100 concurrent repeats of a key over two processes ask Paynet once")
  func repeats() async throws {
    let bench = try CounterPaymentBench()
    bench.paynet.goes(.answerHeld)
    let asking = Task {
      await withTaskGroup(of: JSON?.self) { group in
        for number in 0..<100 {
          group.addTask {
            try? await bench.pay(1, by: number.isMultiple(of: 2) ? bench.first : bench.second)
          }
        }
        return await group.reduce(into: [JSON]()) { if let answer = $1 { $0.append(answer) } }
      }
    }
    #expect(try await eventually { bench.paynet.waitingCount == 1 })
    bench.paynet.open()
    let answers = await asking.value
    #expect(bench.paynet.calls == ["payment"])
    #expect(try await bench.all().count == 1)
    #expect(Set(answers.map(\.text)).count == 1)
    #expect(answers.first?["status"] == "authorized")
    #expect(try await bench.pay(1, by: bench.second) == answers.first)
  }

  @Test("another body under the key, and another key for the transaction, are refused")
  func conflicts() async throws {
    let bench = try CounterPaymentBench()
    let paid = try await bench.pay(1)
    await #expect {
      try await bench.pay(2, key: "k1")
    } throws: { $0 as? OperationRefusal == .keyReused }
    await #expect {
      try await bench.pay(1, key: "other")
    } throws: { error in
      guard case .duplicate(.counterPayment, let id)? = error as? OperationRefusal else {
        return false
      }
      return id.text == paid["id"]?.string
    }
    #expect(bench.paynet.calls == ["payment"])
  }

  @Test("an amount outside the account's range is refused before anything is kept")
  func range() async throws {
    let bench = try CounterPaymentBench(AccountLimits(amountMinimum: 2000, amountMaximum: 3000))
    await #expect {
      try await bench.pay(1)
    } throws: { error in
      guard case .amountOutOfRange(let range)? = error as? CounterPaymentService.Refusal else {
        return false
      }
      return range == 2000...3000
    }
    #expect(try await bench.all() == [])
  }

  @Test("what Paynet will not take back stands; a repeat asks again")
  func refusedReversal() async throws {
    let bench = try CounterPaymentBench()
    let paid = try await bench.pay(1)
    let id = CounterPaymentID(unchecked: paid["id"]?.string ?? "")
    // Behind our back.
    _ = await bench.paynet.call(
      HTTPRequest(method: "POST", url: "x/reverse", body: bench.paynet.bodies[0].bytes),
      limits: CallLimits())
    #expect(try await bench.first.service.reverse(id, merchant: "chain").status == .reversed)

    let other = try CounterPaymentBench()
    let standing = try await other.pay(2)
    let otherID = CounterPaymentID(unchecked: standing["id"]?.string ?? "")
    other.paynet.refusesReversals(true)
    let refused = try await other.first.service.reverse(otherID, merchant: "chain")
    #expect(refused.status == .authorized)
    #expect(refused.reversal?.code == 12)
    #expect(try await other.store.nextDue() == nil)
    other.paynet.refusesReversals(false)
    #expect(try await other.first.service.reverse(otherID, merchant: "chain").status == .reversed)
    #expect(other.paynet.standing == [])
  }

  @Test("a merchant sees and reverses its own only")
  func others() async throws {
    let bench = try CounterPaymentBench()
    let paid = try await bench.pay(1)
    let id = CounterPaymentID(unchecked: paid["id"]?.string ?? "")
    await #expect(throws: OperationRefusal.notFound(.counterPayment)) {
      try await bench.first.service.payment(id, merchant: "other")
    }
    await #expect(throws: OperationRefusal.notFound(.counterPayment)) {
      try await bench.first.service.reverse(id, merchant: "other")
    }
    #expect(bench.paynet.standing == ["1"])
  }
}
