// The dashboard, as Grafana imports it.
import { ATTRIBUTE as A } from '../../packages/opentelemetry/src/semconv.ts'
import { ROWS, type PanelPlan } from './dashboard-panels.ts'
import { labelOf, series } from './prometheus-names.ts'

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' }
const WIDTH = 8
const HEIGHT = 8

const panel = (
  { title, text, unit, queries, stacked = false }: PanelPlan,
  id: number,
  x: number,
  y: number,
): object => ({
  id,
  type: 'timeseries',
  title,
  description: text,
  datasource: DATASOURCE,
  gridPos: { x, y, w: WIDTH, h: HEIGHT },
  fieldConfig: {
    defaults: {
      unit,
      min: 0,
      custom: { fillOpacity: stacked ? 30 : 0, stacking: { mode: stacked ? 'normal' : 'none' } },
    },
    overrides: [],
  },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: queries.map(({ expr, legend: legendFormat }, i) => ({
    refId: String.fromCodePoint(65 + i),
    datasource: DATASOURCE,
    expr,
    legendFormat,
  })),
})

const variable = (name: string, label: string, query: string): object => ({
  name,
  label,
  type: 'query',
  datasource: DATASOURCE,
  query: { query, refId: name },
  refresh: 2,
  includeAll: true,
  allValue: '.*',
  multi: true,
  current: { text: 'All', value: '$__all' },
})

const panels = (): object[] => {
  const made: object[] = []
  let y = 0
  for (const [row, plans] of Object.entries(ROWS)) {
    made.push({
      id: made.length + 1,
      type: 'row',
      title: row,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    })
    y++
    for (const [i, plan] of plans.entries()) {
      const place = (i % 3) * WIDTH
      made.push(panel(plan, made.length + 1, place, y + Math.floor(i / 3) * HEIGHT))
    }
    y += Math.ceil(plans.length / 3) * HEIGHT
  }
  return made
}

export const dashboardFile = (): string =>
  `${JSON.stringify(
    {
      title: 'Spillway',
      uid: 'spillway',
      tags: ['spillway'],
      description: 'Calls to AI models through Spillway pipelines, from the metrics of @spillway/opentelemetry.',
      schemaVersion: 41,
      editable: true,
      refresh: '30s',
      time: { from: 'now-3h', to: 'now' },
      templating: {
        list: [
          { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
          variable('job', 'Service', `label_values(${series('callsActive')}, job)`),
          variable(
            'pipeline',
            'Pipeline',
            `label_values(${series('callsActive', ['job=~"$job"'])}, ${labelOf(A.pipeline)})`,
          ),
        ],
      },
      panels: panels(),
    },
    null,
    2,
  )}\n`
