import JSONText

/// What servers say when something is wrong.
enum ServerMessage {
  /// The message in an error document: `{"error": {"message": TEXT}}` as OpenAI has it, or what vLLM, Ollama and
  /// FastAPI's validation make of it; `nil` for a document that is no error.
  static func text(in document: JSONValue) -> String? {
    if let error = document["error"], !error.isNull {
      return beginning(of: error["message"]?.string ?? error.string ?? error.text)
    }
    if document["object"]?.string == "error" || document["choices"] == nil, let message = document["message"]?.string {
      return beginning(of: message)
    }
    guard let detail = document["detail"] else { return nil }
    let first = detail[0].flatMap { first in
      first["msg"]?.string.map { words in
        let place = (first["loc"]?.array ?? []).compactMap(\.string).joined(separator: ".")
        return place.isEmpty ? words : "\(place): \(words)"
      }
    }
    return beginning(of: first ?? detail.string ?? detail.text)
  }

  /// The message in the body of a refusal; of a page in HTML or plain text its beginning.
  static func text(in body: [UInt8]) -> String? {
    if let document = try? JSONValue(parsing: body) { return text(in: document) ?? beginning(of: document.text) }
    let words = String(decoding: body, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.isEmpty ? nil : beginning(of: words, limit: 120)
  }
}
