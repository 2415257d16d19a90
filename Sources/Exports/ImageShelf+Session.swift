import Images
public import Screens
public import Sessions

extension ImageShelf {
  /// Reads the images of a session; those that cannot be read are left out, and shown as missing.
  public init(reading log: SessionLog) {
    self.init()
    for event in log.events {
      switch event.event {
      case .attached(let image): read(image, of: log.path)
      case .asked(let question): for image in question.images { read(image, of: log.path) }
      default: break
      }
    }
  }

  private mutating func read(_ image: ImageReference, of session: String) {
    guard self[image] == nil, let bytes = try? SessionBlobs.bytes(of: image, in: session),
      let pixels = try? RGBAImage(png: bytes)
    else { return }
    add(ImagePyramid(pixels), sha256: image.sha256)
  }
}
