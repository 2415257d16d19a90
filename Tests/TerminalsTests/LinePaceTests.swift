import Testing

@testable import Terminals

@Suite struct LinePaceTests {
  /// Sends frames that each take so long, back to back; returns the time at the end.
  private func send(_ count: Int, taking time: Int, from start: Int, _ pace: inout LinePace) -> Int {
    var now = start
    for _ in 0..<count {
      now += pace.delay(at: now)
      pace.frameSent(bytes: 1000, begun: now, now: now + time)
      now += time
    }
    return now
  }

  @Test func aSlowLineGetsFewerFramesAndColoursAndAQuickOneAllAgain() {
    var pace = LinePace(framesPerSecond: 50)
    #expect(pace.currentInterval == 20 && pace.colors == .max)
    var now = send(2, taking: 100, from: 0, &pace)
    #expect(pace.step == 0)
    now = send(1, taking: 100, from: now, &pace)
    #expect(pace.step == 1 && pace.currentInterval == 40 && pace.colors == 256)
    now = send(3, taking: 100, from: now, &pace)
    #expect(pace.step == 2 && pace.colors == 16)
    now = send(20, taking: 1000, from: now, &pace)
    #expect(pace.step == 3 && pace.currentInterval == 160)
    now = send(19, taking: 1, from: now, &pace)
    #expect(pace.step == 3)
    now = send(200, taking: 1, from: now, &pace)
    #expect(pace.step == 0)
  }

  @Test func oneSlowFrameAmongQuickOnesChangesNothing() {
    var pace = LinePace(framesPerSecond: 50)
    var now = 0
    for _ in 0..<20 {
      now = send(2, taking: 100, from: now, &pace)
      now = send(1, taking: 10, from: now, &pace)
    }
    #expect(pace.step == 0)
  }

  @Test func aByteCapSpacesFrames() {
    var pace = LinePace(framesPerSecond: 50, byteCap: 10_000)
    pace.frameSent(bytes: 5000, begun: 100, now: 101)
    #expect(pace.delay(at: 101) == 499)
    pace.frameSent(bytes: 10, begun: 700, now: 700)
    #expect(pace.delay(at: 700) == 20 && pace.delay(at: 900) == 0)
  }

  @Test func aKeysEchoDoesNotWaitItsTurnOnAQuickLineOnly() {
    var pace = LinePace(framesPerSecond: 50)
    pace.frameSent(bytes: 10, begun: 100, now: 100)
    #expect(pace.delay(at: 100) == 20 && pace.echoDelay(at: 100) == 0)
    let now = send(3, taking: 100, from: 200, &pace)
    #expect(pace.step == 1 && pace.echoDelay(at: now - 90) == pace.delay(at: now - 90) && pace.delay(at: now - 90) > 0)
    var capped = LinePace(framesPerSecond: 50, byteCap: 1000)
    capped.frameSent(bytes: 500, begun: 0, now: 1)
    #expect(capped.echoDelay(at: 1) == 499)
  }

  @Test func framesBeyondTheCapStepDownToo() {
    var pace = LinePace(framesPerSecond: 50, byteCap: 10_000)
    _ = send(3, taking: 1, from: 0, &pace)
    #expect(pace.step == 1, "a thousand bytes take a tenth of a second under this cap")
  }

  @Test(arguments: [0, -5, 1, 5000]) func oddFrameRatesAreBroughtIntoRange(rate: Int) {
    let pace = LinePace(framesPerSecond: rate)
    #expect((1...1000).contains(pace.interval) && pace.delay(at: 0) == 0)
  }

  @Test func theMeterForgetsWhatIsOld() {
    var meter = TrafficMeter()
    meter.add(bytes: 4000, at: 0)
    meter.add(bytes: 2000, at: 1500)
    #expect(meter.rates(at: 1600).bytes == 3000 && meter.rates(at: 1600).frames == 1)
    #expect(meter.rates(at: 2500).bytes == 1000 && meter.rates(at: 9000).bytes == 0)
    #expect(meter.totalBytes == 6000 && meter.totalFrames == 2)
  }

  @Test func questionsFitTheTerminal() {
    func request(_ type: String, tmux: Bool = false) -> String {
      AbilityQuery(AbilityQuery.Environment(type: type, colors: "", isTmux: tmux)).request
    }
    #expect(request("linux") == "\u{1B}[c")
    #expect(request("xterm").contains("\u{1B}_Gi=31"))
    #expect(request("screen-256color", tmux: true).contains("\u{1B}Ptmux;\u{1B}\u{1B}_Gi=31"))
    #expect(request("screen-256color", tmux: true).contains(",U=1;") && !request("xterm").contains(",U=1;"))
    #expect(!request("screen-256color").contains("_G"))
    for type in ["xterm", "linux", "tmux-256color"] { #expect(request(type).hasSuffix("\u{1B}[c")) }
  }
}
