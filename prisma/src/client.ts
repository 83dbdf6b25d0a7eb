import type { Store, StoreConfig } from './store'
export declare function createStore(config: StoreConfig): Store
