import type { CallContext } from '../../kernel/call-context.ts'
import { LruMap } from '../../primitives/lru-map.ts'
import type { FailoverOptions } from './failover-options.ts'
import type { PoolMember } from './pool-member.ts'

/** Where the calls of so many words went is remembered. */
const MOST_STICKY_KEYS = 10_000

/** Who answered the last of the calls with the same word: `stickyKey`. */
export class Favorites {
  readonly #stickyKey: FailoverOptions['stickyKey'] | undefined
  readonly #members = new LruMap<string, { member?: PoolMember }>(MOST_STICKY_KEYS, () => ({}))

  constructor(stickyKey: FailoverOptions['stickyKey'] | undefined) {
    this.#stickyKey = stickyKey
  }

  /** The word of a call; none where its function fails, which is told. */
  keyOf(context: CallContext): string | undefined {
    try {
      return this.#stickyKey?.(context)
    } catch (thrown) {
      context.report('failover.stickyKey', thrown)
      return undefined
    }
  }

  of(key: string | undefined): PoolMember | undefined {
    return key === undefined ? undefined : this.#members.peek(key)?.member
  }

  remember(key: string | undefined, member: PoolMember): void {
    if (key !== undefined) this.#members.get(key).member = member
  }
}
