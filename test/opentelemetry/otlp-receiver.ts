import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

interface AnyValue {
  readonly stringValue?: string
  readonly intValue?: number | string
  readonly doubleValue?: number
  readonly boolValue?: boolean
}
interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** A span as it was exported. Times are milliseconds since 1970. */
export interface Span {
  readonly name: string
  readonly scope: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  /** 0 unset, 1 ok, 2 error. */
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: Attributes
  readonly events: readonly { readonly name: string; readonly atMs: number; readonly attributes: Attributes }[]
  readonly links: readonly { readonly spanId: string; readonly attributes: Attributes }[]
}

/** One series of a metric: the last values that were exported of it. */
export interface Point {
  readonly metric: string
  readonly unit: string
  readonly attributes: Attributes
  /** Of a sum or a gauge. */
  readonly value?: number
  /** Of a histogram. */
  readonly count?: number
  readonly sum?: number
  readonly bounds?: readonly number[]
}

interface Log {
  readonly name: string
  readonly severity: number
  readonly attributes: Attributes
}

/** Takes OTLP over HTTP, as a collector would. */
export interface Receiver {
  readonly url: string
  /** Every body as it came, for looking for what must not be there. */
  readonly bodies: readonly string[]
  spans(): Span[]
  points(): Point[]
  logs(): Log[]
  close(): Promise<void>
}

const plain = (list: readonly KeyValue[] = []): Attributes =>
  Object.fromEntries(
    list.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        value.doubleValue ??
        (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  )

const milliseconds = (nanoseconds: string): number => Number(BigInt(nanoseconds) / 1000n) / 1000

/* eslint-disable typescript/no-explicit-any -- JSON as the exporter writes it */
type Json = any

const spansOf = (body: Json): Span[] =>
  (body.resourceSpans ?? []).flatMap((resource: Json) =>
    resource.scopeSpans.flatMap(({ scope, spans }: Json) =>
      spans.map((span: Json): Span => ({
        name: span.name,
        scope: scope.name,
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
        kind: span.kind,
        startMs: milliseconds(span.startTimeUnixNano),
        endMs: milliseconds(span.endTimeUnixNano),
        status: span.status,
        attributes: plain(span.attributes),
        events: (span.events ?? []).map((event: Json) => ({
          name: event.name,
          atMs: milliseconds(event.timeUnixNano),
          attributes: plain(event.attributes),
        })),
        links: (span.links ?? []).map((link: Json) => ({ spanId: link.spanId, attributes: plain(link.attributes) })),
      })),
    ),
  )

const pointsOf = (body: Json): Point[] =>
  (body.resourceMetrics ?? []).flatMap((resource: Json) =>
    resource.scopeMetrics.flatMap(({ metrics }: Json) =>
      metrics.flatMap(({ name, unit, sum, gauge, histogram }: Json) =>
        (sum ?? gauge ?? histogram).dataPoints.map((point: Json): Point => ({
          metric: name,
          unit,
          attributes: plain(point.attributes),
          ...(histogram === undefined
            ? { value: point.asDouble ?? Number(point.asInt) }
            : { count: Number(point.count), sum: point.sum, bounds: point.explicitBounds }),
        })),
      ),
    ),
  )

const logsOf = (body: Json): Log[] =>
  (body.resourceLogs ?? []).flatMap((resource: Json) =>
    resource.scopeLogs.flatMap(({ logRecords }: Json) =>
      logRecords.map((record: Json): Log => ({
        name: record.eventName,
        severity: record.severityNumber,
        attributes: plain(record.attributes),
      })),
    ),
  )

export const otlpReceiver = async (): Promise<Receiver> => {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts)
      bodies.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString())
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const parsed = (): Json[] => bodies.map((body) => JSON.parse(body))
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    spans: () => parsed().flatMap(spansOf),
    points() {
      const last = parsed().findLast((body) => body.resourceMetrics !== undefined)
      return last === undefined ? [] : pointsOf(last)
    },
    logs: () => parsed().flatMap(logsOf),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
