import { standardPipeline } from '@spillway/core'
import { seededRandom, VirtualClock } from '@spillway/core/testing'
import { monitor, statusFeed } from '@spillway/monitor'
import { instrument, instrumentHealth } from '@spillway/opentelemetry'
import { expect, onTestFinished, test } from 'vitest'
import { ALERTS } from '../../../scripts/monitoring/alerts.ts'
import { program } from '../program.ts'
import { promtool, RULES, testRules } from './promtool.ts'
import { scraped, seriesOf } from './scrape.ts'
import { classifier, simulated } from './simulated.ts'

test('promtool finds nothing wrong with the rules that are shipped', (context) => {
  const { status, output } = promtool(program('promtool', context), 'check', 'rules', RULES)
  expect(output).toContain(`SUCCESS: ${ALERTS.length} rules found`)
  expect(status).toBe(0)
})

const MINUTE = 60_000

test('an afternoon of one service: quiet while all is well, the right alerts while the provider is overloaded and while it is down', async (context) => {
  const path = program('promtool', context)
  const { meterProvider, scrape } = scraped()
  const clock = new VirtualClock()
  const ask = simulated(clock, {
    capacity: 20,
    queueLimit: 0,
    serviceTime: { image: { minMs: 15_000, meanMs: 20_000, maxMs: 30_000 } },
    phases: [
      { kind: 'brownOut', atMs: 30 * MINUTE, durationMs: 30 * MINUTE, refusedRatio: 0.5, capacityRatio: 0.1 },
      { kind: 'outage', atMs: 60 * MINUTE, durationMs: 30 * MINUTE, fault: 'overloaded' },
    ],
  })
  const calls = standardPipeline({
    name: 'images',
    clock,
    classifier,
    random: seededRandom(1),
    timeout: { totalMs: 3 * MINUTE },
    endpoints: [{ name: 'official' }],
  })
  instrument(calls, { meterProvider })
  // The provider's page stays green all afternoon.
  const watch = monitor({ pipelines: [calls], feeds: [statusFeed('page', async () => 'operational')], clock })
  onTestFinished(() => watch.dispose())
  instrumentHealth(watch, { meterProvider })

  const values = new Map<string, string[]>()
  for (let minute = 0; minute <= 125; minute++) {
    const now = seriesOf(await scrape())
    for (const series of now.keys())
      if (!values.has(series))
        values.set(
          series,
          Array.from({ length: minute }, () => '_'),
        )
    for (const [series, all] of values) all.push(now.get(series) ?? '_')
    for (let i = 0; i < 12; i++) {
      void calls.execute(ask).catch(() => {})
      await clock.advance(5000)
    }
  }
  const series = Object.fromEntries([...values].map(([each, all]) => [each, all.join(' ')]))
  const overloaded = ['SpillwayCallsFail', 'SpillwayOverloaded', 'SpillwayQueueWaitLong', 'SpillwayStatusDisagrees']
  const down = [...overloaded, 'SpillwayNothingSucceeds']
  const { output, status } = testRules(path, [{ series, firing: { 28: [], 55: overloaded, 85: down, 124: [] } }])
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})

/** Series of one pipeline, as the Collector writes them: with the unit in the name. */
const named = (series: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(series).map(([each, values]) => {
      const [, metric = '', labels = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(each) ?? []
      const all = ['job="api"', 'spillway_pipeline_name="images"', ...(labels === '' ? [] : [labels])]
      return [`spillway_${metric}{${all.join(',')}}`, values]
    }),
  )

/** A call a second that succeeds. */
const calls = { 'call_duration_seconds_count{spillway_outcome_class="success"}': '0+60x60' }
const queue = 'spillway_policy_name="bulkhead"'
const quota = 'spillway_policy_name="rateLimit",spillway_unit="requests",spillway_rate_limit_quota="quota 86400 s"'
const circuit = 'spillway_policy_name="circuitBreaker",spillway_endpoint_name="official"'

const disagreement = 'spillway_endpoint_name="official",spillway_feed_name="page",spillway_disagreement_worse="calls"'

/** Series that make one alert fire half an hour later, and such as are nearly the same and make none. */
const CASES: readonly [alert: string, fires: Record<string, string>, quiet: Record<string, string>][] = [
  [
    'SpillwayNothingSucceeds',
    { 'call_duration_seconds_count{spillway_outcome_class="canceled"}': '0+60x60' },
    { 'call_duration_seconds_count{spillway_outcome_class="canceled"}': '0+60x60', ...calls },
  ],
  [
    'SpillwayCallsFail',
    { ...calls, 'call_duration_seconds_count{spillway_outcome_class="transient",error_type="timeout"}': '0+4x60' },
    { ...calls, 'call_duration_seconds_count{spillway_outcome_class="transient",error_type="timeout"}': '0+3x60' },
  ],
  [
    'SpillwayOverloaded',
    {
      'attempt_duration_seconds_count{spillway_endpoint_name="official",spillway_outcome_class="success"}': '0+60x60',
      'attempt_duration_seconds_count{spillway_endpoint_name="official",spillway_outcome_class="throttled"}': '0+30x60',
    },
    {
      'attempt_duration_seconds_count{spillway_endpoint_name="official",spillway_outcome_class="success"}': '0+60x60',
      'attempt_duration_seconds_count{spillway_endpoint_name="relay",spillway_outcome_class="success"}': '0+60x60',
      'attempt_duration_seconds_count{spillway_endpoint_name="relay",spillway_outcome_class="overloaded"}': '0+20x60',
    },
  ],
  [
    'SpillwayCircuitOpen',
    { [`circuit_state{${circuit},spillway_circuit_state="open"}`]: '0x25 1x35' },
    {
      [`circuit_state{${circuit},spillway_circuit_state="open",spillway_dry_run="true"}`]: '1x60',
      [`circuit_state{${circuit},spillway_circuit_state="half_open"}`]: '1x60',
    },
  ],
  [
    'SpillwayCircuitFlaps',
    { [`policy_events_total{${circuit},spillway_event_type="circuit.opened"}`]: '0x20 0+1x40' },
    { [`policy_events_total{${circuit},spillway_event_type="circuit.opened"}`]: '0x20 0 1 2 3x37' },
  ],
  [
    'SpillwayRetryBudgetSpent',
    {
      'retry_budget_usage{spillway_policy_name="retry"}': '12x60',
      'retry_budget_limit{spillway_policy_name="retry"}': '12x60',
    },
    {
      'retry_budget_usage{spillway_policy_name="retry"}': '11x60',
      'retry_budget_limit{spillway_policy_name="retry"}': '12x60',
    },
  ],
  [
    'SpillwayRejecting',
    { ...calls, 'rejections_total{spillway_policy_name="bulkhead",spillway_reason="queue_full"}': '0+4x60' },
    { ...calls, 'rejections_total{spillway_policy_name="bulkhead",spillway_reason="queue_full"}': '0+2x60' },
  ],
  ['SpillwayQueueGrowing', { [`queue_usage{${queue}}`]: '5+2x60' }, { [`queue_usage{${queue}}`]: '50x60' }],
  [
    'SpillwayQueueFull',
    { [`queue_usage{${queue}}`]: '95x60', [`queue_limit{${queue}}`]: '100x60' },
    { [`queue_usage{${queue}}`]: '85x60', [`queue_limit{${queue}}`]: '100x60' },
  ],
  [
    'SpillwayQueueWaitLong',
    {
      [`queue_wait_duration_seconds_bucket{${queue},le="40.96"}`]: '0+90x60',
      [`queue_wait_duration_seconds_bucket{${queue},le="81.92"}`]: '0+92x60',
      [`queue_wait_duration_seconds_bucket{${queue},le="+Inf"}`]: '0+100x60',
    },
    {
      [`queue_wait_duration_seconds_bucket{${queue},le="40.96"}`]: '0+96x60',
      [`queue_wait_duration_seconds_bucket{${queue},le="+Inf"}`]: '0+100x60',
    },
  ],
  [
    'SpillwayQuotaNearlySpent',
    { [`rate_limit_usage{${quota}}`]: '950x60', [`rate_limit_limit{${quota}}`]: '1000x60' },
    { [`rate_limit_usage{${quota}}`]: '850x60', [`rate_limit_limit{${quota}}`]: '1000x60' },
  ],
  [
    'SpillwayEndpointEjected',
    { 'endpoint_ejected{spillway_policy_name="failover",spillway_endpoint_name="relay"}': '1x60' },
    { 'endpoint_ejected{spillway_policy_name="failover",spillway_endpoint_name="relay"}': '0x60' },
  ],
  [
    'SpillwayFallbacks',
    { ...calls, 'fallbacks_total{spillway_policy_name="fallback",spillway_outcome_class="overloaded"}': '0+7x60' },
    { ...calls, 'fallbacks_total{spillway_policy_name="fallback",spillway_outcome_class="overloaded"}': '0+5x60' },
  ],
  ['SpillwayOrphans', { attempt_orphaned: '11x60' }, { attempt_orphaned: '9x60' }],
  [
    'SpillwayStatusDisagrees',
    { [`health_disagreement{${disagreement}}`]: '1x60' },
    {
      'health_state{spillway_endpoint_name="official",spillway_health_state="down"}': '1x60',
      'feed_state{spillway_feed_name="page",spillway_feed_state="operational"}': '1x60',
      [`health_disagreement{${disagreement}}`]: '1x20',
    },
  ],
]

test('each alert fires on what it is for, alone, and not on what is nearly that', (context) => {
  const path = program('promtool', context)
  expect(CASES.map(([alert]) => alert)).toEqual(ALERTS.map(({ name }) => name))
  const { output, status } = testRules(
    path,
    CASES.flatMap(([alert, fires, quiet]) => [
      { series: named(fires), firing: { 30: [alert] } },
      { series: named(quiet), firing: { 30: [] } },
    ]),
  )
  expect(output).toContain('SUCCESS')
  expect(status).toBe(0)
})
