import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

type Labels = Readonly<Record<string, string | number>>

/** A service's own metrics registry: nothing is registered globally. Names are prefixed `fillstream_`. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): (labels?: Labels, by?: number) => void
  gauge(name: string, help: string, labels?: readonly string[]): (value: number, labels?: Labels) => void
  /** Observes seconds. */
  histogram(
    name: string,
    help: string,
    labels?: readonly string[],
  ): (seconds: number, labels?: Labels) => void
  /** The Prometheus text of everything. */
  text(): Promise<string>
  readonly contentType: string
}

/** They list every open handle one by one: with 10,000 sockets a scrape would stop the service for a good part of a second. */
const COSTLY = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources',
  'nodejs_active_resources_total',
]
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function createMetrics(service: string, options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (options.processMetrics ?? true) {
    collectDefaultMetrics({ register: registry })
    for (const name of COSTLY) registry.removeSingleMetric(name)
  }
  const named = (name: string, help: string, labels: readonly string[]) => ({
    name: `fillstream_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    counter(name, help, labels = []) {
      const counter = new Counter(named(name, help, labels))
      return (values = {}, by = 1) => counter.inc(values, by)
    },
    gauge(name, help, labels = []) {
      const gauge = new Gauge(named(name, help, labels))
      return (value, values = {}) => gauge.set(values, value)
    },
    histogram(name, help, labels = []) {
      const histogram = new Histogram({ ...named(name, help, labels), buckets: SECONDS })
      return (seconds, values = {}) => histogram.observe(values, seconds)
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
