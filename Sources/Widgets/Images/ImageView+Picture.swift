public import Drawing
import Images

extension ImageView {
  /// The image in pixels, as it lies in an area; `nil` when there is nothing to show.
  public func picture(in area: Rectangle) -> CanvasPicture? {
    guard let (cells, region) = layout(in: area) else { return nil }
    return CanvasPicture(
      area: cells,
      key: CanvasPicture.Key(image: image.id, region: SIMD4(region.x, region.y, region.width, region.height)),
      source: ImagePixels(image: image, region: region, ground: ground))
  }
}

/// A part of an image over an opaque ground.
private struct ImagePixels: PixelSource {
  let image: ImagePyramid
  let region: ImageRegion
  let ground: LinearColor

  func pixels(width: Int, height: Int) -> [UInt8] {
    var sampled = image.sampled(region, width: width, height: height)
    for index in sampled.pixels.indices { sampled.pixels[index] = sampled.pixels[index].over(ground) }
    return sampled.rgba.pixels
  }
}
