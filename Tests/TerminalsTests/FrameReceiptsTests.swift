import Testing

@testable import Terminals

@Suite struct FrameReceiptsTests {
  /// Receipts of a terminal that has answered after so long, with what they say to a frame that is sent.
  private func receipts(roundTrip: Int, asking bytes: Int, at now: Int) -> FrameReceipts {
    var receipts = FrameReceipts()
    receipts.begin(roundTrip: roundTrip)
    _ = receipts.asks(behind: bytes, at: now)
    return receipts
  }

  @Test func whatNeverAnsweredIsNotAsked() {
    var receipts = FrameReceipts()
    let (isAsked, receipt) = (receipts.asks(behind: 100, at: 0), receipts.answer(at: 5))
    #expect(!isAsked && !receipts.isWaiting && receipts.deadline == nil)
    #expect(!receipts.isBehind(at: 1_000_000, interval: 16))
    #expect(receipt == nil, "an answer to nothing, as from a program before")
  }

  @Test func oneQuestionAtATime() {
    var receipts = receipts(roundTrip: 200, asking: 5000, at: 1000)
    #expect(receipts.isWaiting)
    let isAskedMeanwhile = receipts.asks(behind: 10, at: 1100)
    let receipt = receipts.answer(at: 1900)
    #expect(!isAskedMeanwhile && receipt == .init(bytes: 5000, took: 900 - 200 - 50) && !receipts.isWaiting)
    let isAskedAgain = receipts.asks(behind: 1, at: 1901)
    #expect(isAskedAgain)
  }

  @Test func theWayItselfIsNoSlowness() {
    var receipts = receipts(roundTrip: 300, asking: 100, at: 0)
    for start in stride(from: 0, to: 5000, by: 500) {
      _ = receipts.asks(behind: 100, at: start)
      // A quick line far away: nothing is held, and no time counts against it.
      #expect(!receipts.isBehind(at: start + 320, interval: 16))
      let receipt = receipts.answer(at: start + 320)
      #expect(receipt?.took == 0)
    }
    _ = receipts.asks(behind: 100, at: 9000)
    _ = receipts.answer(at: 9040)
    #expect(receipts.roundTrip == 40, "the first time held more than the way")
  }

  @Test func framesWaitWhereTheyWouldOnlyQueueUp() {
    var receipts = receipts(roundTrip: 200, asking: 20_000, at: 1000)
    #expect(!receipts.isBehind(at: 1250, interval: 16) && receipts.isBehind(at: 1251, interval: 16))
    #expect(!receipts.isBehind(at: 1330, interval: 133) && receipts.isBehind(at: 1334, interval: 133))
    _ = receipts.answer(at: 2000)
    #expect(!receipts.isBehind(at: 2000, interval: 16))
  }

  @Test func aTerminalThatStopsAnsweringIsAskedNoMore() {
    var receipts = receipts(roundTrip: 10, asking: 100, at: 0)
    let isGivenUpEarly = receipts.giveUp(at: FrameReceipts.patience - 1)
    let isGivenUp = receipts.giveUp(at: FrameReceipts.patience)
    let isAsked = receipts.asks(behind: 100, at: 20_000)
    #expect(!isGivenUpEarly && isGivenUp && !receipts.isWaiting && !isAsked)
  }
}
