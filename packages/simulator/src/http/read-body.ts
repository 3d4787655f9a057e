import type { IncomingMessage } from 'node:http'

/** What came of reading a request's body. */
export type Body = { readonly json: unknown } | { readonly failed: 'tooLarge' | 'notJson' | 'disconnected' }

/** Reads a JSON body, or the fields of a form, of at most `maxBytes`. What exceeds it is read past, so that the client can hear of it. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  const bytes = await collect(request, maxBytes)
  if (!Buffer.isBuffer(bytes)) return { failed: bytes }
  const type = request.headers['content-type'] ?? ''
  try {
    if (type.startsWith('multipart/form-data')) return { json: await readForm(bytes, type) }
    return { json: JSON.parse(bytes.toString('utf8')) as unknown }
  } catch {
    return { failed: 'notJson' }
  }
}

async function readForm(bytes: Buffer, type: string): Promise<object> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData()
  return Object.fromEntries(form)
}

function collect(request: IncomingMessage, maxBytes: number): Promise<Buffer | 'tooLarge' | 'disconnected'> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    let size = 0
    request.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= maxBytes) pieces.push(piece)
      else resolve('tooLarge')
    })
    request.once('end', () => resolve(Buffer.concat(pieces)))
    request.once('close', () => resolve('disconnected'))
  })
}
