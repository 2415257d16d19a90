import Dispatch
import Testing

@testable import Inference

@Suite(.timeLimit(.minutes(1))) struct BackgroundWorkTests {
  @Test func theResultIsWaitedFor() throws {
    let gate = DispatchSemaphore(value: 0)
    let work = BackgroundWork {
      gate.wait()
      return 42
    }
    // The work runs beside its caller: this is reached before it ends.
    gate.signal()
    #expect(try work.value() == 42)
  }

  @Test func errorsCome() {
    let work = BackgroundWork<Int> { throw InferenceError("no such file") }
    #expect(throws: InferenceError.self) { try work.value() }
  }

  @Test func manyAtOnceKeepTheirOwnResults() throws {
    let all = (0..<50).map { number in BackgroundWork { number * number } }
    for (number, work) in all.enumerated() { #expect(try work.value() == number * number) }
  }
}
