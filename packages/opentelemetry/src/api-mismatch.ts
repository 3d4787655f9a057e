/** Where every copy of the OpenTelemetry API 1.x keeps what is registered, so that the copies find each other. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1')

let told = false

/**
 * Says once why nothing is exported although an SDK is there: the application registered it with an older copy of the API,
 * which a newer one does not read. Without this, nobody would say anything.
 */
export const warnOfMismatch = (): void => {
  const registered = (globalThis as Record<symbol, unknown>)[REGISTERED] as Registered | undefined
  if (told || registered === undefined || (registered.trace === undefined && registered.metrics === undefined)) return
  told = true
  process.emitWarning(
    `An OpenTelemetry SDK is registered with @opentelemetry/api ${registered.version}, and @spillway/opentelemetry has found a newer copy of that package, which does not see it: nothing is exported. Let there be one copy: \`npm ls @opentelemetry/api\`.`,
    { type: 'SpillwayWarning', code: 'SPILLWAY_OPENTELEMETRY_API_MISMATCH' },
  )
}

interface Registered {
  readonly version?: string
  readonly trace?: unknown
  readonly metrics?: unknown
}
