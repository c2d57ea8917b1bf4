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
    job.due = request.until
    job.tries += 1
    job.lease = request.lease
    return job
  }
}

extension LeaseRequest {
  /// Of due jobs those that are given out, soonest first.
  package func chosen(from due: [Job]) -> [Job] {
    var rooms = limitsPerKind
    var out: [Job] = []
    for job in due.sorted(by: Job.isSooner) where out.count < limit {
      if let room = rooms[job.key.kind] {
        guard room > 0 else { continue }
        rooms[job.key.kind] = room - 1
      }
      out.append(job)
    }
    return out
  }
}
