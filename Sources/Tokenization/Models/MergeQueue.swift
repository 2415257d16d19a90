/// Places to merge, best rank first and leftmost first within a rank.
///
/// Places of one rank mostly arrive in order, so each rank keeps a list, and a heap only for those out of order: ten
/// million equal letters cost a step each, and no input costs more than n log n.
struct MergeQueue {
  struct Bucket {
    var rank: Int32
    var ordered: [Int32] = []
    var cursor = 0
    var stray = BinaryHeap()
    var isQueued = false
  }

  private var bucketOfRank: [Int32]
  private var buckets: [Bucket] = []
  private var used = 0
  private var ranks = BinaryHeap()

  init(ranks count: Int) {
    bucketOfRank = [Int32](repeating: -1, count: count)
  }

  mutating func push(rank: Int32, place: Int32) {
    var index = Int(bucketOfRank[Int(rank)])
    if index < 0 {
      index = used
      used += 1
      if index == buckets.count { buckets.append(Bucket(rank: rank)) } else { buckets[index].rank = rank }
      bucketOfRank[Int(rank)] = Int32(index)
    }
    buckets[index].add(place)
    if !buckets[index].isQueued {
      buckets[index].isQueued = true
      ranks.push(rank)
    }
  }

  mutating func pop() -> (rank: Int32, place: Int32)? {
    guard let rank = ranks.first else {
      reset()
      return nil
    }
    let index = Int(bucketOfRank[Int(rank)])
    let place = buckets[index].take()
    if buckets[index].isEmpty {
      buckets[index].clear()
      ranks.removeFirst()
    }
    return (rank, place)
  }

  /// Makes the queue ready for the next word.
  private mutating func reset() {
    for index in 0..<used { bucketOfRank[Int(buckets[index].rank)] = -1 }
    used = 0
  }
}

extension MergeQueue.Bucket {
  var isEmpty: Bool { cursor == ordered.count && stray.first == nil }

  @inline(__always)
  mutating func add(_ place: Int32) {
    if let last = ordered.last, cursor < ordered.count, place < last {
      stray.push(place)
    } else {
      ordered.append(place)
    }
  }

  @inline(__always)
  mutating func take() -> Int32 {
    if let first = stray.first, cursor == ordered.count || first < ordered[cursor] {
      stray.removeFirst()
      return first
    }
    cursor += 1
    return ordered[cursor - 1]
  }

  mutating func clear() {
    ordered.removeAll(keepingCapacity: ordered.count < 1024)
    cursor = 0
    isQueued = false
  }
}

/// The least number first.
struct BinaryHeap {
  private var items: [Int32] = []

  var first: Int32? { items.first }

  mutating func push(_ item: Int32) {
    items.append(item)
    var index = items.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      if items[parent] <= item { break }
      items[index] = items[parent]
      index = parent
    }
    items[index] = item
  }

  mutating func removeFirst() {
    guard let last = items.popLast(), !items.isEmpty else { return }
    var index = 0
    while true {
      var child = 2 * index + 1
      if child >= items.count { break }
      if child + 1 < items.count, items[child + 1] < items[child] { child += 1 }
      if last <= items[child] { break }
      items[index] = items[child]
      index = child
    }
    items[index] = last
  }
}
