const FIRST_CAPACITY = 1024

/** Bytes put together as they come. A million chunks of one byte take no more room than one of a million. */
export class GatheredBytes {
  #bytes = new Uint8Array(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  add(chunk: Uint8Array): void {
    const length = this.#length + chunk.length
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2, FIRST_CAPACITY))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = length
  }

  /** All there are, or the first `limit` of them. */
  bytes(limit: number = this.#length): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, Math.min(limit, this.#length))
  }

  /** Forgets them; the room is kept. */
  clear(): void {
    this.#length = 0
  }
}
