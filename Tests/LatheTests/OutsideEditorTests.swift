import Testing

@testable import lathe

@Suite struct OutsideEditorTests {
  @Test func whatTheEditorSavesComesBack() throws {
    #expect(try OutsideEditor.edit("one\ntwo", with: "sed -i s/two/three/") == "one\nthree")
    #expect(try OutsideEditor.edit("", with: "printf 'new text\\n' >") == "new text")
    #expect(try OutsideEditor.edit("你好", with: "true") == "你好")
  }

  @Test func anEditorThatFailsIsNamed() {
    let error = #expect(throws: OutsideEditor.Failure.self) { try OutsideEditor.edit("text", with: "false") }
    #expect(error?.description.contains("false ended with status 1") == true)
    #expect(throws: OutsideEditor.Failure.self) { try OutsideEditor.edit("text", with: "/nowhere/editor") }
  }
}
