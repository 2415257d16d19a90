import JSONText

extension ImageReference: EventPayload {
  func write(to object: inout JSONObjectBuilder) {
    object["sha256"] = .string(sha256)
    object["name"] = .string(name)
    object["width"] = .integer(width)
    object["height"] = .integer(height)
  }
  init(_ fields: Fields) throws(EventFormatError) {
    self.init(
      sha256: try fields.string("sha256"), name: try fields.string("name"), width: try fields.integer("width"),
      height: try fields.integer("height"))
  }
}

extension [ImageReference] {
  /// The references as an array of objects.
  var json: JSONValue {
    .array(
      map { image in
        var object = JSONObjectBuilder()
        image.write(to: &object)
        return object.value
      })
  }

  /// Reads the member of an event; none where it is missing.
  init(optional fields: Fields) throws(EventFormatError) {
    var images: [ImageReference] = []
    for image in try fields.optional("images", fields.objects) ?? [] { images.append(try ImageReference(image)) }
    self = images
  }
}
