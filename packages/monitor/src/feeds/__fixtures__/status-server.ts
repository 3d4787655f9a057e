import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A question as it arrived. */
interface Asked {
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

export interface StatusServer {
  readonly url: string
  /** Every question so far. */
  readonly asked: readonly Asked[]
  /** Resolves when the connection of the question with that number, from 0, has ended. */
  readonly ended: (question: number) => Promise<void>
}

/** A real server on this machine. @param answer gives the answer to the question with that number, from 0 */
export const statusServer = async (
  answer: (response: ServerResponse, question: number) => void,
): Promise<StatusServer> => {
  const asked: Asked[] = []
  const ends: Promise<void>[] = []
  const server = createServer(({ url = '', headers }, response) => {
    asked.push({ url, headers })
    ends.push(new Promise((resolve) => response.once('close', () => resolve())))
    answer(response, asked.length - 1)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, asked, ended: async (question) => ends[question] }
}

/** An answer in JSON. */
export const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** An answer without a body. */
export const bare = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, headers).end()
}

/** Where nobody listens. */
export const goneServer = async (): Promise<string> => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return `http://127.0.0.1:${port}`
}
