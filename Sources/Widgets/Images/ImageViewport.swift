import Images

/// Which part of an image is seen; zooming and panning give another value.
public struct ImageViewport: Hashable, Sendable {
  /// 1 shows the whole image as large as it fits, 2 half its width and height, 0.5 all of it half as large, and so on.
  public private(set) var zoom: Double
  /// The middle of what is seen, as a share of the image's width and height.
  public private(set) var center: SIMD2<Double>

  /// A view of the whole image, or of a part around a centre.
  public init(zoom: Double = 1, center: SIMD2<Double> = [0.5, 0.5]) {
    self.zoom = zoom.isFinite ? min(1000, max(1.0 / 64, zoom)) : 1
    let half = min(0.5, 0.5 / self.zoom)
    func kept(_ value: Double) -> Double { value.isFinite ? min(1 - half, max(half, value)) : 0.5 }
    self.center = [kept(center.x), kept(center.y)]
  }

  /// Looks closer (`factor` above 1) or from farther off; `anchor`, as a share of what is seen, keeps its place.
  public func zoomed(by factor: Double, around anchor: SIMD2<Double> = [0.5, 0.5]) -> ImageViewport {
    guard factor.isFinite, factor > 0 else { return self }
    let next = ImageViewport(zoom: zoom * factor)
    let offset = anchor - 0.5
    return ImageViewport(zoom: next.zoom, center: center + offset / max(1, zoom) - offset / max(1, next.zoom))
  }

  /// Moves by a share of what is seen, to the right and down; stops at the image's edges.
  public func panned(by share: SIMD2<Double>) -> ImageViewport {
    ImageViewport(zoom: zoom, center: center + share / zoom)
  }

  /// The part of an image that is seen in an area of this many square pixels, and how many of them it fills.
  ///
  /// Zoomed in, the area is filled as far as the image goes.
  func region(of image: RGBAImage, width: Double, height: Double) -> (region: ImageRegion, filled: SIMD2<Double>) {
    let size = SIMD2(Double(image.width), Double(image.height))
    let scale = min(width / size.x, height / size.y) * zoom
    let seen = SIMD2(min(size.x, width / scale), min(size.y, height / scale))
    let middle = center * size
    let start = SIMD2(
      min(size.x - seen.x, max(0, middle.x - seen.x / 2)), min(size.y - seen.y, max(0, middle.y - seen.y / 2)))
    return (ImageRegion(x: start.x, y: start.y, width: seen.x, height: seen.y), seen * scale)
  }
}
