import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import { systemClock } from '@spillway/core'
import { onTestFinished } from 'vitest'

export interface RawServer {
  readonly url: string
  /** Connections that were accepted, in order. */
  readonly sockets: readonly Socket[]
  /** Resolves when a client has closed the connection with that number, from 0. */
  readonly closed: (connection: number) => Promise<void>
}

/**
 * A server without HTTP: each connection is the test's own. What arrives is thrown away.
 *
 * @param handle hears of each connection once its request has begun to arrive
 */
export const rawServer = async (handle: (socket: Socket, connection: number) => void): Promise<RawServer> => {
  const sockets: Socket[] = []
  const closes: Promise<void>[] = []
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1
    closes.push(new Promise((resolve) => socket.once('close', () => resolve())))
    socket.on('error', () => {})
    socket.once('data', () => handle(socket, connection))
    socket.resume()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((done) => server.close(done))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, sockets, closed: async (connection) => closes[connection] }
}

/** The beginning of an answer as it stands on the wire. */
export const head = (headers: Readonly<Record<string, string>> = {}, status = '200 OK'): string =>
  [`HTTP/1.1 ${status}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')

/** Listens, and accepts only when it is told to: its thread stands still until then. */
const STANDING_STILL = `
  const { parentPort, workerData } = require('node:worker_threads')
  const server = require('node:http').createServer((_, response) => response.end('{}'))
  server.listen({ port: 0, host: '127.0.0.1', backlog: 0 }, () => {
    parentPort.postMessage(server.address().port)
    setTimeout(() => Atomics.wait(workerData, 0, 0), 50)
  })
`

/** A server whose line of connections is full, so that a further one hangs until it accepts. */
export const deafServer = async (): Promise<{ readonly url: string; readonly accept: () => void }> => {
  const lock = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(STANDING_STILL, { eval: true, workerData: lock })
  const [port] = (await once(worker, 'message')) as [number]
  const accept = (): void => {
    Atomics.store(lock, 0, 1)
    Atomics.notify(lock, 0)
  }
  const line: Socket[] = []
  onTestFinished(async () => {
    for (const socket of line) socket.destroy()
    accept()
    await worker.terminate()
  })
  // One more connection after the other, until one does not come about.
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    line.push(socket)
    socket.on('error', () => {})
    const stands = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise<boolean>((resolve) => systemClock.setTimer(300, () => resolve(false))),
    ])
    if (!stands) return { url: `http://127.0.0.1:${port}`, accept }
  }
}
