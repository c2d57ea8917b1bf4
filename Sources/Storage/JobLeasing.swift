import Payins

extension Job {
  /// The order of leasing: by due time, then by key.
  package static func isSooner(_ left: Job, _ right: Job) -> Bool {
    (left.due, left.key.kind.rawValue, left.key.subject)
      < (right.due, right.key.kind.rawValue, right.key.subject)
  }

  /// As it stands once the request's holder has it.
  package func leased(by request: LeaseRequest) -> Job {
    var job = self
    job.fellDue = due
    job.due = request.until
    job.tries += 1
    job.lease = request.lease
    return job
  }
}

extension LeaseRequest {
  /// Of due jobs, some of which may be there twice, those that are given out: those that are asked
  /// for first, then soonest first.
  package func chosen(from due: [Job]) -> [Job] {
    let urgent = Set(first)
    var rooms = limitsPerKind
    var given: [String: Int] = [:]
    var keys: Set<JobKey> = []
    var out: [Job] = []
    let ordered = due.sorted { left, right in
      let (isFirst, isNext) = (urgent.contains(left.key), urgent.contains(right.key))
      return isFirst == isNext ? Job.isSooner(left, right) : isFirst
    }
    for job in ordered where out.count < limit {
      let room = rooms[job.key.kind] ?? .max
      let count = given[job.account, default: 0]
      guard room > 0, count < limit(for: job.account), keys.insert(job.key).inserted else {
        continue
      }
      rooms[job.key.kind] = room == .max ? nil : room - 1
      given[job.account] = count + 1
      out.append(job)
    }
    return out
  }
}
