import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server of the test's own, and what it was asked. */
export interface OwnServer {
  readonly url: string
  readonly asked: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[]
}

/** Serves until the test ends. */
export const ownServer = async (answer: (response: ServerResponse, url: string) => void): Promise<OwnServer> => {
  const asked: OwnServer['asked'] = []
  const server = createServer(({ method = '', url = '', headers }, response) => {
    asked.push({ method, url, headers })
    answer(response, url)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** An answer in JSON. */
export const json = (response: ServerResponse, body: object, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
