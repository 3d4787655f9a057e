import type { IoredisClient, RedisClient } from './redis-client.ts'

/** Hears channels on a connection that does nothing else. */
export interface Subscriber {
  /** Hears a channel soon; nobody is told when. */
  readonly subscribe: (channel: string) => void
  readonly unsubscribe: (channel: string) => void
  /** Ends what was opened for it. */
  readonly close: () => void
}

/** Opens a subscriber that tells on which channel something was said. */
export type OpenSubscriber = (heard: (channel: string) => void) => Subscriber

const ignore = (): void => {}

/** What is used here of a client of `ioredis` that may have it. */
interface IoredisChannels {
  readonly isCluster?: boolean
  duplicate(override: object): IoredisChannels
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: string, listener: (channel: string) => void): unknown
  off(event: string, listener: (channel: string) => void): unknown
  disconnect(): void
}

/** Whatever the client was told, its copy connects by itself and hears again what it heard before a break. */
const COPY = { lazyConnect: false, enableOfflineQueue: true, autoResubscribe: true, maxRetriesPerRequest: null }

const ioredisSubscriber =
  (client: IoredisChannels): OpenSubscriber =>
  (heard) => {
    // A cluster has a connection for channels already.
    const copy = client.isCluster === true ? undefined : client.duplicate(COPY)
    const from = copy ?? client
    copy?.on('error', ignore)
    from.on('message', heard)
    return {
      subscribe: (channel) => void from.subscribe(channel).catch(ignore),
      unsubscribe: (channel) => void from.unsubscribe(channel).catch(ignore),
      close() {
        from.off('message', heard)
        copy?.disconnect()
      },
    }
  }

/** What is used here of a client of `redis` that may have it. */
interface NodeRedisChannels {
  /** Only what has one connection for everything says so. */
  readonly isPubSubActive?: boolean
  readonly isOpen: boolean
  readonly isReady: boolean
  duplicate(overrides: object): NodeRedisChannels
  connect(): Promise<unknown>
  subscribe(channel: string, listener: () => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: string, listener: () => void): unknown
  destroy(): void
}

const nodeRedisSubscriber =
  (client: NodeRedisChannels): OpenSubscriber =>
  (heard) => {
    // A cluster and a sentinel open a connection for channels with the first, and close it with the last.
    const copy = client.isPubSubActive === undefined ? undefined : connectedCopy(client)
    const from = copy?.client ?? client
    // One after the other: a channel is not left before it is heard.
    let done = copy?.connected ?? Promise.resolve()
    const next = (act: () => Promise<unknown>): void => {
      done = done.then(act).then(ignore, ignore)
    }
    return {
      subscribe: (channel) => next(() => from.subscribe(channel, () => heard(channel))),
      unsubscribe: (channel) => next(() => from.unsubscribe(channel)),
      close: () => copy?.close(),
    }
  }

interface Copy {
  readonly client: NodeRedisChannels
  readonly connected: Promise<void>
  readonly close: () => void
}

const connectedCopy = (original: NodeRedisChannels): Copy => {
  // A cache in the client's memory would be emptied for both when the copy is closed.
  const client = original.duplicate({ clientSideCache: undefined, disableOfflineQueue: false })
  let closed = false
  const endWhenClosed = (): void => {
    if (closed && client.isOpen) client.destroy()
  }
  // After each attempt, as one that is under way cannot be taken back.
  client.on('error', endWhenClosed)
  return {
    client,
    connected: client.connect().then(endWhenClosed, ignore),
    close() {
      closed = true
      if (client.isReady) endWhenClosed()
    },
  }
}

/** How a client's messages are heard; `undefined` where its library gives no way to. */
export const subscriberOf = (client: RedisClient): OpenSubscriber | undefined => {
  // Its types ask for commands only: a client that can do no more is looked at instead.
  const channels = client as Partial<IoredisChannels> & Partial<NodeRedisChannels>
  const { subscribe, duplicate, connect } = channels
  if (typeof subscribe !== 'function' || typeof duplicate !== 'function' || typeof connect !== 'function')
    return undefined
  return typeof (client as Partial<IoredisClient>).evalsha === 'function'
    ? ioredisSubscriber(channels as IoredisChannels)
    : nodeRedisSubscriber(channels as NodeRedisChannels)
}
