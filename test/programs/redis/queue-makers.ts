import type { AttemptEnd, BatchItem, Make, QueueWorkerEvent } from '@spillway/batch'

export const itemOf = (n: number): BatchItem => ({
  id: `item-${n}`,
  line: n,
  fingerprint: `print-${n}`,
  prompt: `a dam, number ${n}`,
  settings: {},
})

export const ENDED: AttemptEnd = { endpoint: 'relay', verdict: 'success', billed: 'yes', tookMs: 1 }
export const pictureOf = ({ line }: BatchItem): Awaited<ReturnType<Make>> => ({
  images: [{ bytes: new Uint8Array([1, 2, line]), mimeType: 'image/png' }],
  endpoint: 'relay',
  model: 'm',
})

/** A maker that sends once, does `then` while its request is out, and gives a picture. */
export const maker = (whileOut: (item: BatchItem, nth: number) => Promise<void> | void = () => {}) => {
  const sent: string[] = []
  const make: Make = async (item, { attempts }) => {
    await attempts.sending({ endpoint: 'relay', model: 'm' })
    sent.push(item.id)
    await whileOut(item, sent.filter((id) => id === item.id).length)
    attempts.ended(ENDED)
    return pictureOf(item)
  }
  return { make, sent }
}

export const alone = (signal = new AbortController().signal) => ({
  signal,
  attempts: { sending: () => {}, ended: () => {} },
  runKey: 'a-run',
})

export const FAST = { lockMs: 1000, lostAfterMs: 0 }

/** What a worker says. */
export const heard = () => {
  const events: QueueWorkerEvent[] = []
  const types = (): string[] => events.map(({ type }) => type)
  return { listener: (event: QueueWorkerEvent) => void events.push(event), events, types }
}
