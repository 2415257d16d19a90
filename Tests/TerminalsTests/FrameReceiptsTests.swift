import Testing

@testable import Terminals

@Suite struct FrameReceiptsTests {
  @Test func whatNeverAnsweredIsNotAsked() {
    var receipts = FrameReceipts()
    #expect(!receipts.asks(behind: 100, at: 0) && !receipts.isWaiting)
    #expect(!receipts.isBehind(at: 1_000_000, interval: 16) && receipts.deadline == nil)
    #expect(receipts.answer(at: 5) == nil, "an answer to nothing, as from a program before")
  }

  @Test func oneQuestionAtATime() {
    var receipts = FrameReceipts()
    receipts.begin(roundTrip: 200)
    #expect(receipts.asks(behind: 5000, at: 1000))
    #expect(!receipts.asks(behind: 10, at: 1100) && receipts.isWaiting)
    #expect(receipts.answer(at: 1900) == .init(bytes: 5000, took: 900 - 200 - 50))
    #expect(!receipts.isWaiting && receipts.asks(behind: 1, at: 1901))
  }

  @Test func theWayItselfIsNoSlowness() {
    var receipts = FrameReceipts()
    receipts.begin(roundTrip: 300)
    for start in stride(from: 0, to: 5000, by: 500) {
      _ = receipts.asks(behind: 100, at: start)
      // A quick line far away: nothing is held, and no time counts against it.
      #expect(!receipts.isBehind(at: start + 320, interval: 16))
      #expect(receipts.answer(at: start + 320)?.took == 0)
    }
    _ = receipts.asks(behind: 100, at: 9000)
    _ = receipts.answer(at: 9040)
    #expect(receipts.roundTrip == 40, "the first time held more than the way")
  }

  @Test func framesWaitWhereTheyWouldOnlyQueueUp() {
    var receipts = FrameReceipts()
    receipts.begin(roundTrip: 200)
    _ = receipts.asks(behind: 20_000, at: 1000)
    #expect(!receipts.isBehind(at: 1250, interval: 16) && receipts.isBehind(at: 1251, interval: 16))
    #expect(!receipts.isBehind(at: 1330, interval: 133) && receipts.isBehind(at: 1334, interval: 133))
    _ = receipts.answer(at: 2000)
    #expect(!receipts.isBehind(at: 2000, interval: 16))
  }

  @Test func aTerminalThatStopsAnsweringIsAskedNoMore() {
    var receipts = FrameReceipts()
    receipts.begin(roundTrip: 10)
    _ = receipts.asks(behind: 100, at: 0)
    #expect(!receipts.giveUp(at: FrameReceipts.patience - 1))
    #expect(receipts.giveUp(at: FrameReceipts.patience) && !receipts.isWaiting)
    #expect(!receipts.asks(behind: 100, at: 20_000))
  }
}
