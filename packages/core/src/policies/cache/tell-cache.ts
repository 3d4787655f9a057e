import type { CallContext } from '../../kernel/call-context.ts'
import type { EventBody } from '../../kernel/pipeline-event.ts'
import type {
  CacheCoalesced,
  CacheFollowed,
  CacheHit,
  CacheMissed,
  CacheRevalidated,
  CacheStaleUsed,
  CacheStored,
} from './cache-events.ts'
import { keyNames } from './cache-key.ts'

type Any = CacheCoalesced | CacheFollowed | CacheHit | CacheMissed | CacheRevalidated | CacheStaleUsed | CacheStored
type Said<E extends Any> = E extends Any ? Omit<EventBody<E>, 'policy' | 'keyHash'> : never

/** Says something about a key, as a fact of the call whose context is given. */
export type TellCache = (context: CallContext, key: string, event: Said<Any>) => void

/**
 * What a cache says. A key gets its name for events, which costs something, only where somebody listens.
 *
 * @param policy the cache's name
 */
export const tellCache = (policy: string): TellCache => {
  const nameOf = keyNames()
  return (context, key, event) => {
    if (context.listening) context.emit<Any>({ ...event, policy, keyHash: nameOf(key) })
  }
}
