import CKernels

extension CPUBackend {
  /// In place when nobody else holds the storage, else on a copy.
  public func rotate(_ x: inout Tensor, headSize: Int, _ rotation: Rotation) throws(TensorError) {
    try makeUnique(&x)
    let (tokens, width) = (x.shape[0], x.shape[1])
    let half = rotation.rotarySize / 2
    let (values, cosines, sines) = (floats(x), floats(rotation.cosines), floats(rotation.sines))
    threads.run(tokens, grain: grain(items: tokens, cost: 2 * width)) { begin, end, _ in
      kernels.rotary(
        values + begin * width, cosines + begin * half, sines + begin * half, end - begin, width / headSize, headSize,
        rotation.rotarySize, rotation.interleaved)
    }
    withExtendedLifetime((x, rotation)) {}
  }

  /// Rounds each head of each token to the cache's type.
  public func store(_ x: Tensor, into cache: Tensor, at position: Int) {
    let tokens = x.shape[0]
    let (source, place) = (floats(x), CachePlace(host(cache), cache, at: position))
    threads.run(tokens, grain: grain(items: tokens, cost: 2 * x.shape[1])) { begin, end, _ in
      for token in begin..<end { place.write(source, token, kernels) }
    }
    withExtendedLifetime((x, cache)) {}
  }

  /// A thread rotates a token's heads and stores them while they are in its cache.
  public func rotateAndStore(
    queries: inout Tensor, keys: inout Tensor, values: Tensor, _ rotation: Rotation, keyCache: Tensor,
    valueCache: Tensor, at position: Int
  ) throws(TensorError) {
    try makeUnique(&queries)
    try makeUnique(&keys)
    let (tokens, queryWidth, keyWidth) = (queries.shape[0], queries.shape[1], keys.shape[1])
    let (headSize, half) = (keyCache.shape[2], rotation.rotarySize / 2)
    let (query, key, value) = (floats(queries), floats(keys), floats(values))
    let (cosines, sines) = (floats(rotation.cosines), floats(rotation.sines))
    let keyPlace = CachePlace(host(keyCache), keyCache, at: position)
    let valuePlace = CachePlace(host(valueCache), valueCache, at: position)
    let cost = 2 * queryWidth + 6 * keyWidth
    threads.run(tokens, grain: grain(items: tokens, cost: cost)) { begin, end, _ in
      for token in begin..<end {
        for (row, width) in [(query + token * queryWidth, queryWidth), (key + token * keyWidth, keyWidth)] {
          kernels.rotary(
            row, cosines + token * half, sines + token * half, 1, width / headSize, headSize, rotation.rotarySize,
            rotation.interleaved)
        }
        keyPlace.write(key, token, kernels)
        valuePlace.write(value, token, kernels)
      }
    }
    withExtendedLifetime((queries, keys, values, rotation, keyCache, valueCache)) {}
  }

  private func makeUnique(_ x: inout Tensor) throws(TensorError) {
    guard !isKnownUniquelyReferenced(&x.storage) else { return }
    let copy = try allocate(x.shape, .f32)
    host(copy).copyMemory(from: host(x), byteCount: x.byteCount)
    x = copy
  }

  /// Pairs of a token and a key-value head are shared out among the threads; of a single token, or few, pairs of a
  /// key-value head and a segment of the positions.
  public func attention(
    _ queries: Tensor, keys: Tensor, values: Tensor, _ options: AttentionOptions
  ) throws(TensorError) -> Tensor {
    let (kvHeads, capacity, headSize) = (keys.shape[0], keys.shape[1], keys.shape[2])
    let (tokens, heads) = (queries.shape[0], queries.shape[1] / headSize)
    let out = try allocate(queries.shape, .f32)
    var job = attention_job(
      queries: floats(queries), keys: host(keys), values: host(values), cache_type: keys.elementType.kernelType,
      position_bytes: keys.rowBytes, head_bytes: capacity * keys.rowBytes, tokens: tokens, heads: heads,
      kv_heads: kvHeads, head_size: headSize, first_position: options.firstPosition, key_count: options.keyCount,
      causal: options.causal, window: options.window, scale: options.scale, soft_cap: options.softCap,
      out: floats(out), partials: nil)
    let scratchFloats = attention_scratch_floats(&job)
    let scratch = try storage(threads.count * scratchFloats * 4)
    let floats = scratch.pointer.assumingMemoryBound(to: Float.self)
    let seen = options.window > 0 ? min(options.window, options.keyCount) : options.keyCount
    let segments = attention_segments(&job)
    if segments > 1, threads.count > 1, tokens * kvHeads < 8 * threads.count {
      let partials = try storage(attention_partial_floats(&job) * 4)
      job.partials = partials.pointer.assumingMemoryBound(to: Float.self)
      withUnsafePointer(to: &job) { job in
        threads.run(kvHeads * segments, grain: 1) { begin, end, thread in
          kernels.attention(job, begin, end, floats + thread * scratchFloats)
        }
        kernels.merge_attention(job, 0, kvHeads, floats)
      }
      withExtendedLifetime((queries, keys, values, scratch, partials)) {}
      return out
    }
    let items = tokens * kvHeads
    // Whole ranges as the kernel likes them, several of them where one would not pay for a thread.
    let range = attention_grain(&job, threads.count)
    let cost = 2 * (heads / kvHeads) * headSize * max(1, seen) * range
    let grain = range * max(1, (leastCost + cost - 1) / cost)
    withUnsafePointer(to: &job) { job in
      threads.run(items, grain: grain) { begin, end, thread in
        kernels.attention(job, begin, end, floats + thread * scratchFloats)
      }
    }
    withExtendedLifetime((queries, keys, values, scratch)) {}
    return out
  }
}

/// Where new positions lie in a cache `[heads, capacity, headSize]`.
private struct CachePlace {
  let start: UnsafeMutableRawPointer
  let type: element_type
  let heads, headSize, positionBytes, headBytes: Int

  init(_ memory: UnsafeMutableRawPointer, _ cache: Tensor, at position: Int) {
    (heads, headSize, positionBytes) = (cache.shape[0], cache.shape[2], cache.rowBytes)
    headBytes = cache.shape[1] * positionBytes
    type = cache.elementType.kernelType
    start = memory + position * positionBytes
  }

  /// Writes row `token` of `rows [tokens, heads * headSize]`.
  func write(_ rows: UnsafePointer<Float>, _ token: Int, _ kernels: borrowing kernels) {
    for head in 0..<heads {
      let source = rows + (token * heads + head) * headSize
      kernels.from_f32(type, source, start + head * headBytes + token * positionBytes, headSize)
    }
  }
}
