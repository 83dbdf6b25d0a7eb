import type { Http } from './http'
import type { CallOptions } from './market'
import type { TradingState } from './model/trading'

export interface HaltOptions extends CallOptions {
  /** Told to every client that is refused. */
  readonly reason?: string | undefined
}

/** What an operator does, for all accounts: the key needs the scope `admin`. */
export interface AdminCalls {
  readonly admin: {
    /** Whether the engine trades, or is halted. */
    trading(options?: CallOptions): Promise<TradingState>
    /** New orders are refused and nothing is signed until `resume`. What is signed already is settled. */
    halt(options?: HaltOptions): Promise<TradingState>
    resume(options?: CallOptions): Promise<TradingState>
  }
}

export function createAdmin(http: Http): AdminCalls {
  const path = '/v1/admin/trading'
  const set = (body: object, options?: CallOptions) =>
    http({ method: 'PUT', path, body, signal: options?.signal }) as Promise<TradingState>
  return {
    admin: {
      trading: (options) => http({ method: 'GET', path, signal: options?.signal }) as Promise<TradingState>,
      halt: (options) => set({ halted: true, reason: options?.reason }, options),
      resume: (options) => set({ halted: false }, options),
    },
  }
}
