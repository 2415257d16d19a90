import ArgumentParser
import Drawing
import Images
import JSONText
import Widgets

/// `lathe bench-drawing`: how long a frame takes before anything is sent.
struct BenchDrawingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-drawing", abstract: "Time the drawing of charts and images with characters.",
    discussion: """
      Each chart is drawn from its data into a fresh canvas, at a zoom that changes with every frame; the last frames of \
      all are the whole data. A frame at 60 Hz has 16.7 ms.
      """)

  @Option(help: "Points of a series.")
  var points = 1_000_000

  @Option(help: "Frames of each test.")
  var frames = 100

  @Option(help: "Size in cells (default: 200x50).")
  var size: FrameSize?

  @Flag(help: "Print one JSON object a test.")
  var json = false

  func validate() throws {
    guard (1...100_000_000).contains(points), (1...100_000).contains(frames) else {
      throw ValidationError("expected --points of 1 to 100000000 and --frames of 1 to 100000")
    }
  }

  func run() throws {
    let clock = Clock()
    var series = Series(name: "loss")
    var noise: UInt64 = 1
    for step in 1...points {
      noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let jitter = Double(noise >> 40) / Double(1 << 24)
      series.append(x: Double(step), y: 2 + 100 / (10 + Double(step).squareRoot()) + jitter / 5)
    }
    let appending = clock.seconds / Double(points) * 1e9
    if !json { StandardStreams.output("append: \(appending.rounded(toPlaces: 1)) ns a point, \(points) points\n") }

    let resumed = BenchDrawingCommand.resumed(series)
    let cloud = BenchDrawingCommand.cloud(points: points)
    let logarithmic = (ChartAxis("step", scale: .logarithmic), ChartAxis("loss", scale: .logarithmic))
    report("line") { draw(Chart([.line(series)], crosshair: Crosshair(x: 5000)), frame: $0) }
    report("line, log-log") {
      draw(Chart([.line(series)], xAxis: logarithmic.0, yAxis: logarithmic.1), frame: $0)
    }
    report("scatter") { draw(Chart([.scatter(series)]), frame: $0) }
    report("scatter, log-log") {
      draw(Chart([.scatter(series)], xAxis: logarithmic.0, yAxis: logarithmic.1), frame: $0)
    }
    report("line, resumed") { draw(Chart([.line(resumed)]), frame: $0) }
    report("scatter, unordered") { draw(Chart([.scatter(cloud)]), frame: $0) }
    report("band and line") { draw(Chart([.band(lower: series, upper: series), .line(series)]), frame: $0) }
    let pyramid = ImagePyramid(BenchDrawingCommand.picture)
    let renderings = [("256 colours", ImageRendering()), ("true colour", ImageRendering(colors: .trueColor))]
    for (name, rendering) in renderings {
      report("image, " + name) { frame in
        var canvas = Canvas(size: cells)
        view(pyramid, rendering, frame: frame).draw(in: canvas.bounds, on: &canvas)
      }
    }
    report("image, sixel") { frame in
      guard let picture = view(pyramid, ImageRendering(), frame: frame).picture(in: Rectangle(size: cells)) else {
        return
      }
      // Cells of 8 by 16 pixels, as terminals usually have them.
      let (width, height) = (picture.area.columns * 8, picture.area.rows * 16)
      let pixels = picture.source.pixels(width: width, height: height)
      _ = SixelEncoder().encode(RGBAImage(width: width, height: height, pixels: pixels))
    }
  }

  /// The series with a part in its middle measured twice, as where training was resumed.
  private static func resumed(_ series: Series) -> Series {
    let (first, again) = (series.count * 2 / 3, series.count / 3)
    let places = series.x[..<first] + series.x[again...]
    return Series(name: "resumed", x: places, y: series.y[..<first] + series.y[again...])
  }

  /// Points in no order.
  private static func cloud(points: Int) -> Series {
    var cloud = Series(name: "cloud")
    var noise: UInt64 = 7
    func next() -> Double {
      noise = noise &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(noise >> 40) / Double(1 << 24)
    }
    for _ in 0..<points { cloud.append(x: next(), y: next() * next()) }
    return cloud
  }

  private var cells: Size { size?.size ?? Size(columns: 200, rows: 50) }

  private func view(_ image: ImagePyramid, _ rendering: ImageRendering, frame: Int) -> ImageView {
    ImageView(image, viewport: ImageViewport(zoom: 1 + Double(frame % 10) / 5), rendering: rendering)
  }

  /// Frames alternate between all of the data and ever smaller parts of it.
  private func draw(_ chart: Chart, frame: Int) {
    var chart = chart
    if frame % 2 == 1 {
      let all = chart.fullX
      chart.viewport = Viewport(x: all.zoomed(by: 1 / Double(1 + frame), on: chart.xAxis.scale))
    }
    var canvas = Canvas(size: cells)
    chart.draw(in: canvas.bounds, on: &canvas)
  }

  private func report(_ test: String, _ frame: (Int) -> Void) {
    var times: [Double] = []
    for number in 0..<frames {
      let clock = Clock()
      frame(number)
      times.append(clock.seconds * 1000)
    }
    times.sort()
    let (median, late) = (times[times.count / 2], times[min(times.count - 1, times.count * 99 / 100)])
    if json {
      let object: JSONValue = [
        "test": .string(test), "points": .integer(points), "columns": .integer(cells.columns),
        "rows": .integer(cells.rows), "frames": .integer(frames), "median_ms": .double(median),
        "p99_ms": .double(late), "max_ms": .double(times[times.count - 1]),
      ]
      StandardStreams.output(object.text + "\n")
    } else {
      StandardStreams.output(
        "\(test): median \(median.rounded(toPlaces: 2)) ms, p99 \(late.rounded(toPlaces: 2)) ms a frame\n")
    }
  }

  /// As large as a screenshot, with edges and gradients.
  private static var picture: RGBAImage {
    let (width, height) = (1654, 1530)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 4)
    for y in 0..<height {
      for x in 0..<width {
        let isText = (x / 3 * 7 + y / 12 * 5) % 11 < 3 && y % 24 < 12
        pixels += isText ? [40, 40, 60, 255] : [UInt8(200 + x % 56), UInt8(255 - y * 80 / height), 235, 255]
      }
    }
    return RGBAImage(width: width, height: height, pixels: pixels)
  }
}
