import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPublisher, NEWS_DEFAULTS } from '@fillstream/messaging'
import { snapshotOf } from '@fillstream/core'
import { createLogger, createRedis, redisReady } from '@fillstream/runtime'
import { createJournal, type Journal } from '@fillstream/store'
import { orderEventsStream } from '@fillstream/types'
import { type Redis } from 'ioredis'
import { openStore, realClock } from '../../tests/support/store'
import { type Stack } from '../../tests/support/stack'
import { startEngine } from '../measure/engine'
import { startYardstick, type YardstickProcess } from '../measure/yardstick'
import { now } from './crowd'

/** A notifier and, beside it, a bare server, each with a stream of its own, and the writing side of the engine. */
export interface Stage {
  readonly stack: Stack
  readonly notifier: { readonly pid: number; readonly port: number }
  readonly bare: YardstickProcess
  readonly journal: Journal
  readonly redis: Redis
  /** Begins the keys of the stream that the bare server reads. */
  readonly barePrefix: string
  /** When events were committed, by order and seq. */
  readonly commits: Map<string, number>
  /** For files, removed in the end. */
  readonly folder: string
  /** The notifier's count of a metric, over all labels that `line` matches. */
  metric(line: RegExp): Promise<number>
  close(): Promise<void>
}

export async function openStage(): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'fillstream-stream-'))
  const stack = await startEngine({
    services: ['notifier'],
    setup: false,
    env: { STREAM_MAX_CONNECTIONS: '20000' },
  })
  const store = openStore(stack.urls.database)
  const redis = createRedis(stack.urls.redis, 'producer', createLogger({ service: 'bench', level: 'silent' }))
  const barePrefix = `${stack.keyPrefix}-bare`
  const commits = new Map<string, number>()
  const publish = createPublisher(redis, { prefix: stack.keyPrefix, shards: 1, ...NEWS_DEFAULTS })
  const journal = createJournal({
    store,
    clock: realClock,
    publish(published) {
      const at = now()
      for (const { news } of published)
        for (const { orderId, seq } of news) if (seq > 1) commits.set(`${orderId}:${seq}`, at)
      return publish(published.map(({ order, news }) => ({ order: snapshotOf(order), news })))
    },
  })
  let bare: YardstickProcess | undefined

  async function close(): Promise<void> {
    await bare?.stop()
    await stack.close()
    await journal.close()
    redis.disconnect()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    await redisReady(redis)
    bare = await startYardstick('bare-stream', {
      DATABASE_URL: 'none',
      REDIS_URL: stack.urls.redis,
      KEY_PREFIX: orderEventsStream(barePrefix, 0),
    })
    return {
      stack,
      notifier: { pid: await stack.pid('notifier'), port: Number(new URL(stack.urls.notifier).port) },
      bare,
      journal,
      redis,
      barePrefix,
      commits,
      folder,
      async metric(line) {
        const text = await (await fetch(`${stack.urls.notifier}/metrics`)).text()
        return text
          .split('\n')
          .filter((each) => line.test(each))
          .reduce((sum, each) => sum + Number(each.slice(each.lastIndexOf(' '))), 0)
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
