import CKernels

extension CPUBackend {
  /// In place when nobody else holds the storage, else on a copy.
  public func rotate(_ x: inout Tensor, headSize: Int, _ rotation: Rotation) throws(TensorError) {
    if !isKnownUniquelyReferenced(&x.storage) {
      let copy = try allocate(x.shape, .f32)
      host(copy).copyMemory(from: host(x), byteCount: x.byteCount)
      x = copy
    }
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
    let (heads, capacity, headSize) = (cache.shape[0], cache.shape[1], cache.shape[2])
    let tokens = x.shape[0]
    let positionBytes = cache.rowBytes
    let type = cache.elementType.kernelType
    let (source, target) = (floats(x), host(cache))
    threads.run(tokens, grain: grain(items: tokens, cost: 2 * heads * headSize)) { begin, end, _ in
      for token in begin..<end {
        for head in 0..<heads {
          kernels.from_f32(
            type, source + (token * heads + head) * headSize,
            target + (head * capacity + position + token) * positionBytes, headSize)
        }
      }
    }
    withExtendedLifetime((x, cache)) {}
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
