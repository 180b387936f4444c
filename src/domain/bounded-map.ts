/** A map of about `most` entries, in two halves: when the newer is full the older is forgotten, so what is set again stays. */
export class BoundedMap<Key, Value> {
  private newer = new Map<Key, Value>()
  private older = this.newer

  constructor(private readonly most: number) {}

  get(key: Key): Value | undefined {
    return this.newer.get(key) ?? this.older.get(key)
  }

  set(key: Key, value: Value): void {
    if (this.newer.size >= this.most / 2) {
      this.older = this.newer
      this.newer = new Map()
    }
    this.newer.set(key, value)
  }
}
