import Payins
import Storage

/// Questions of one account that are asked together, by pages of its provider's list.
extension AttemptRunner {
  /// Asks about the jobs' attempts. What a page does not answer is due again at once, to be asked
  /// singly. Returns whether lists serve the account; nil where that could not be seen.
  /// - Parameter singly: is told of jobs before anybody can take them up again.
  func ask(
    _ jobs: [Job], of account: String, _ policy: ListPolicy, under lease: Lease,
    singly: @Sendable ([JobKey]) -> Void
  ) async -> Bool? {
    var questions: [(job: Job, question: OpenQuestion)] = []
    var others: [Job] = []
    for job in jobs {
      // What is damaged is told of where it is asked about by itself.
      if let (payin, attempt) = try? await subject(of: job), payin.mayBeListed(attempt.id) {
        questions.append((job, OpenQuestion(payin: payin, attempt: attempt)))
      } else {
        others.append(job)
      }
    }
    // What is urgent does not wait for the pages.
    await release(others, lease, singly)
    guard questions.count >= policy.leastQuestions else {
      await release(questions.map(\.job), lease, singly)
      return nil
    }
    var context = environment.context
    context.keepsSilence = true
    let reading = await calls.list(questions.map(\.question), of: account, policy) {
      $0.payin.isAnswered($0.attempt.id, byList: $1, context)
    }
    guard let reading else {
      for (job, _) in questions { try? await postpone(job, lease) }
      return nil
    }
    let unanswered = questions.filter { reading.answers[$0.question.attempt.id] == nil }
    await release(unanswered.map(\.job), lease, singly)
    await learn(
      questions.compactMap { job, question in
        reading.answers[question.attempt.id].map { (job, question, $0) }
      }, lease, singly)
    return reading.isWorthwhile(policy)
  }

  /// As many at a time as there are single questions at a time.
  private func learn(
    _ answers: [(Job, OpenQuestion, QueryOutcome)], _ lease: Lease,
    _ singly: @Sendable ([JobKey]) -> Void
  ) async {
    await withTaskGroup(of: JobKey?.self) { group in
      for (number, (job, question, outcome)) in answers.enumerated() {
        if number >= JobRunner.concurrencyPerAccount, let key = await group.next() ?? nil {
          singly([key])
        }
        group.addTask {
          do throws(DatabaseError) {
            let isAnswered = try await learn(
              .listed(question.attempt.id, outcome), about: question.attempt, of: question.payin,
              job, lease)
            return isAnswered ? nil : job.key
          } catch {
            // The lease runs out, and it is asked again.
            return job.key
          }
        }
      }
      for await key in group { if let key { singly([key]) } }
    }
  }

  /// Gives the jobs back, to be asked singly.
  private func release(
    _ jobs: [Job], _ lease: Lease, _ singly: @Sendable ([JobKey]) -> Void
  ) async {
    guard !jobs.isEmpty else { return }
    singly(jobs.map(\.key))
    let now = environment.time.now()
    func given(_ jobs: [Job]) -> Change {
      var change = Change()
      change.jobs = jobs.map { .reschedule($0.key, lease, due: now) }
      return change
    }
    do throws(DatabaseError) {
      try await committer.database.commit(given(jobs))
    } catch {
      // One was put anew meanwhile, which does not keep the others; or their leases run out.
      for job in jobs { try? await committer.database.commit(given([job])) }
    }
    committer.jobSignal.raise()
  }
}
