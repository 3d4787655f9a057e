import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'vitest'

/** A TCP wire to a server, in which the faults of a network can be had. It ends with the test. */
export interface FaultyWire {
  readonly port: number
  /** Ends every connection, and every new one at once. */
  readonly cut: () => void
  /** Takes connections and whatever is sent, and lets nothing through, either way. */
  readonly blackhole: () => void
  /** Lets everything through again; what was swallowed is lost, with the connections it was lost on. */
  readonly heal: () => void
  /** What is sent to the server arrives so many milliseconds later, in its order. */
  readonly delay: (ms: number) => void
}

/** A wire from a free port of 127.0.0.1 to another of its ports. */
export const faultyWire = async (
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  serverPort: number,
): Promise<FaultyWire> => {
  const sockets = new Set<Socket>()
  let state: 'open' | 'cut' | 'blackhole' = 'open'
  let delayMs = 0

  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const follow = (socket: Socket, end: () => void): void => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      sockets.delete(socket)
      end()
    })
  }
  const server = createServer((client) => {
    if (state === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect(serverPort, '127.0.0.1')
    follow(client, () => upstream.destroy())
    follow(upstream, () => client.destroy())
    let arrived = Promise.resolve()
    client.on('data', (data) => {
      if (state === 'blackhole') return
      const until = sleep(delayMs)
      arrived = arrived.then(() => until).then(() => void (upstream.writable && upstream.write(data)))
    })
    upstream.on('data', (data) => {
      if (state !== 'blackhole') client.write(data)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    endAll()
    server.close()
    await once(server, 'close')
  })
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut'
      endAll()
    },
    blackhole() {
      state = 'blackhole'
    },
    heal() {
      if (state === 'blackhole') endAll()
      state = 'open'
    },
    delay(ms) {
      delayMs = ms
    },
  }
}
