import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server on this machine, and how to end it. */
export interface Served {
  readonly url: string
  readonly close: () => void
}

const serve = async (answer: RequestListener): Promise<Served> => {
  const server = createServer(answer)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A status page that is always green. */
export const greenPage = (): Promise<Served> =>
  serve((_, response) => {
    const components = [{ id: 'images', name: 'Images', status: 'operational' }]
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: { indicator: 'none' }, components, incidents: [] }))
  })

/** What takes Slack's messages in your place. */
export const channel = (read: (text: string) => void): Promise<Served> =>
  serve((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      read((JSON.parse(body) as { text: string }).text)
      response.end('ok')
    })
  })
